using System.Text;
using Microsoft.Extensions.Logging;
using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;
using Superhero.Testing;

namespace Superhero.Tables.Tests.Output;

[Trait("Category", "Integration")]
public sealed class LocalOutputStoreTests : IDisposable
{
    private const int Left = 405;
    private const int Removed = 404;
    private static readonly int[] WrittenFlushedRenamed = [401, 402, 403];

    private readonly TemporaryFolder _folder = new();
    private readonly EventLog _log;
    private readonly LoggerFactory _logs;

    // The names in the temporary folder at each event.
    private readonly System.Collections.Concurrent.ConcurrentQueue<string[]> _temporary = [];

    public LocalOutputStoreTests()
    {
        _log = new EventLog(_ => _temporary.Enqueue(TemporaryNames));
        _logs = new LoggerFactory([_log], new LoggerFilterOptions { MinLevel = LogLevel.Trace });
    }

    private string TemporaryFolder => Path.Combine(_folder.Path, "superhero", ".tmp");

    private string[] TemporaryNames =>
        Directory.Exists(TemporaryFolder) ? [.. Directory.GetFiles(TemporaryFolder).Select(file => Path.GetFileName(file))] : [];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task File_is_written_and_flushed_before_its_name_appears(bool nameless)
    {
        var path = new GameFile(Guid.NewGuid(), "silo").PathIn(TableSchema.Meta);
        await Store(nameless).WriteAsync(path, "content"u8.ToArray());
        Assert.Equal(WrittenFlushedRenamed, _log.Ids);
        var names = OperatingSystem.IsLinux() && nameless ? 0 : 1;
        Assert.Equal([names, names, 0], _temporary.Select(there => there.Length));
        Assert.Equal("content", Read(path));
        Assert.Empty(TemporaryNames);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Second_write_replaces_the_file(bool nameless)
    {
        var store = Store(nameless);
        foreach (var content in (string[])["first", "the second", "3rd"])
        {
            _log.Clear();
            await store.WriteAsync("superhero/A/one", Encoding.UTF8.GetBytes(content));
            Assert.Equal(content, Read("superhero/A/one"));
            Assert.Equal(WrittenFlushedRenamed, _log.Ids);
        }

        Assert.Empty(TemporaryNames);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Concurrent_writers_of_one_file_leave_one_whole_file(bool nameless)
    {
        var store = Store(nameless);
        byte[][] contents = [.. Enumerable.Range(0, 16).Select(i => Enumerable.Repeat((byte)i, 1000 + i).ToArray())];
        await Task.WhenAll(contents.Select(content => Task.Run(() => store.WriteAsync("superhero/A/one", content))));
        Assert.Contains(await store.ReadAsync("superhero/A/one"), contents);
        Assert.Empty(TemporaryNames);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Longest_host_name_fits_and_temporary_files_are_found_by_their_game(bool nameless)
    {
        var (store, game) = (Store(nameless), Guid.NewGuid());
        var path = new GameFile(game, new string('h', 200)).PathIn(TableSchema.Podium);
        await store.WriteAsync(path, "first"u8.ToArray());
        await store.WriteAsync(path, "second"u8.ToArray());
        Assert.Equal("second", Read(path));

        Assert.All(_temporary.SelectMany(there => there), name => Assert.StartsWith($"{game}.", name, StringComparison.Ordinal));
        Leave($"{game}.left.tmp");
        Leave($"{Guid.NewGuid()}.left.tmp");
        store.RemoveTemporary(game);
        Assert.Single(TemporaryNames);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Probe_fails_on_a_full_or_read_only_disk_and_leaves_no_file(bool nameless)
    {
        using var disk = new SmallDisk();
        var store = new LocalOutputStore(disk.Path, _logs.CreateLogger<LocalOutputStore>(), nameless);
        await store.ProbeAsync();
        await store.ProbeAsync();
        Assert.Empty(Directory.GetFiles(disk.Path, "*", SearchOption.AllDirectories));
        Assert.Empty(_log.Ids);

        disk.Fill();
        Assert.Contains("No space", (await Assert.ThrowsAsync<IOException>(store.ProbeAsync)).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(disk.Path, "superhero", ".tmp")));
        disk.Empty();
        disk.Remount(readOnly: true);
        Assert.Contains("Read-only", (await Assert.ThrowsAsync<IOException>(store.ProbeAsync)).Message, StringComparison.Ordinal);
        disk.Remount(readOnly: false);
        await store.ProbeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Output_folder_that_disappears_is_not_recreated(bool nameless)
    {
        var store = Store(nameless);
        await store.WriteAsync("superhero/A/one", "1"u8.ToArray());
        Directory.Delete(Path.Combine(_folder.Path, "superhero", "A"), recursive: true);
        new DirectoryInfo(TemporaryFolder).Create();
        Directory.Delete(TemporaryFolder, recursive: true);
        await store.WriteAsync("superhero/A/one", "2"u8.ToArray());
        Assert.Equal("2", Read("superhero/A/one"));
        Directory.Delete(Path.Combine(_folder.Path, "superhero"), recursive: true);
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => store.WriteAsync("superhero/A/one", "3"u8.ToArray()));
        await Assert.ThrowsAsync<DirectoryNotFoundException>(store.ProbeAsync);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
        await Store(nameless).WriteAsync("superhero/A/one", "4"u8.ToArray());
        Assert.Equal("4", Read("superhero/A/one"));
    }

    [Fact]
    public async Task Old_probe_files_are_removed_hourly_and_other_files_are_kept()
    {
        await Store(nameless: true).ProbeAsync();
        var folder = Path.Combine(_folder.Path, TableSchema.Meta.Folder);
        string[] left = [Path.Combine(folder, ".probe.1.tmp"), Path.Combine(folder, ".probe.2.tmp"), Path.Combine(folder, "other.tmp")];
        foreach (var file in left)
        {
            File.WriteAllText(file, "");
        }

        var now = DateTimeOffset.UtcNow;
        File.SetLastWriteTimeUtc(left[0], now.AddMinutes(-2).UtcDateTime);
        File.SetLastWriteTimeUtc(left[2], now.AddMinutes(-2).UtcDateTime);
        var store = Store(nameless: true);
        store.RemoveTemporaryBefore(now.AddMinutes(-1));
        Assert.Equal(left[1..], Directory.GetFiles(folder).Order(StringComparer.Ordinal));

        File.SetLastWriteTimeUtc(left[1], now.AddMinutes(-2).UtcDateTime);
        store.RemoveTemporaryBefore(now.AddMinutes(1));
        Assert.True(File.Exists(left[1]));
        store.RemoveTemporaryBefore(now.AddMinutes(60));
        Assert.Equal(left[2..], Directory.GetFiles(folder));
    }

    [Fact]
    public async Task Temporary_file_that_cannot_be_removed_is_skipped_and_logged_once()
    {
        using var disk = new SmallDisk();
        var store = new LocalOutputStore(disk.Path, _logs.CreateLogger<LocalOutputStore>());
        await store.ProbeAsync();
        var game = Guid.NewGuid();
        foreach (var name in (string[])["one", "two"])
        {
            File.WriteAllText(Path.Combine(disk.Path, "superhero", ".tmp", $"{game}.{name}.tmp"), "");
        }

        disk.Remount(readOnly: true);
        store.RemoveTemporary(game);
        store.RemoveTemporaryBefore(DateTimeOffset.MaxValue);
        Assert.Equal([Left], _log.Ids);
        disk.Remount(readOnly: false);
        store.RemoveTemporary(game);
        Assert.Equal([Left, Removed, Removed], _log.Ids);
    }

    public void Dispose()
    {
        _logs.Dispose();
        _folder.Dispose();
    }

    private LocalOutputStore Store(bool nameless) => new(_folder.Path, _logs.CreateLogger<LocalOutputStore>(), nameless);

    private string Read(string path) => File.ReadAllText(Path.Combine(_folder.Path, path));

    private void Leave(string name) => File.WriteAllText(Path.Combine(Directory.CreateDirectory(TemporaryFolder).FullName, name), "");
}
