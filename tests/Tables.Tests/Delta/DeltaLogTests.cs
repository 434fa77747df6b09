using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Superhero.Tables.Delta;
using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;
using Superhero.Tables.Query;
using Superhero.Testing;

namespace Superhero.Tables.Tests.Delta;

[Trait("Category", "Integration")]
public sealed class DeltaLogTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly Partition Day = new(new DateOnly(2026, 5, 4));

    private readonly TemporaryFolder _folder = new();
    private readonly DeltaTable _table;

    public DeltaLogTests() => _table = new DeltaTable(Store, TableSchema.Session);

    private LocalOutputStore Store => LocalOutputStore.Open(_folder.Path);

    private string Folder => Path.Combine(_folder.Path, TableSchema.Session.DeltaFolder.TrimEnd('/'));

    private string Log => Path.Combine(Folder, "_delta_log");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Commits_and_checkpoints_are_read_alike_by_ClickHouse_by_hyparquet_and_here()
    {
        var snapshot = await _table.Log.ReadAsync();
        Assert.Equal(-1, snapshot.Version);
        List<string> tokens = [];
        for (var i = 0; i < 103; i++)
        {
            tokens.Add(await AppendAsync(snapshot, Now.AddSeconds(i)));
        }

        var removed = snapshot.Files.First();
        tokens.Remove(Statistics(removed).GetProperty("minValues").GetProperty("game_token").GetString()!);
        Assert.True(await _table.Log.TryCommitAsync(
            snapshot, [Info(), new() { Remove = removed.Remove(Now, dataChange: true) }], Now, TimeSpan.FromDays(1)));

        Assert.True(File.Exists(Path.Combine(Log, "00000000000000000099.checkpoint.parquet")));
        var expected = tokens.Order(StringComparer.Ordinal).ToList();
        foreach (var read in new[] { snapshot, await _table.Log.ReadAsync(), (await _table.Log.ReplayAsync())! })
        {
            Assert.Equal(103, read.Version);
            Assert.Equal(expected, read.Files.Select(file => Statistics(file).GetProperty("minValues").GetProperty("game_token").GetString()!).Order(StringComparer.Ordinal));
            Assert.Equal(snapshot.Metadata!.Id, read.Metadata!.Id);
            Assert.Equal(snapshot.Files.Select(file => (file.Path, file.Size, file.Stats, file.Partition)).ToHashSet(), [.. read.Files.Select(file => (file.Path, file.Size, file.Stats, file.Partition))]);
            Assert.Equal(removed.Path, Assert.Single(read.Tombstones).Path);
        }

        Assert.Equal(
            expected.Select(token => $"{token}\t2026-05-04 12:00:00.123456\t7\t2026-05-04"),
            (await IndependentReaders.ClickHouseAsync(
                $"SELECT game_token, ended_at, attacks, date FROM deltaLakeLocal('{Folder}') ORDER BY game_token SETTINGS session_timezone = 'UTC'"))
                .Select(row => string.Join('\t', row)));
        Assert.Equal(expected, (await IndependentReaders.ReplayAsync(Folder)).Select(row => row[3]).Order(StringComparer.Ordinal));

        // Without its commits and without the pointer, the checkpoint is enough.
        foreach (var commit in Directory.GetFiles(Log, "*.json").Where(path => string.CompareOrdinal(Path.GetFileName(path), "00000000000000000099") < 0))
        {
            File.Delete(commit);
        }

        File.Delete(Path.Combine(Log, "_last_checkpoint"));
        Assert.Equal(103, (await _table.Log.ReadAsync()).Version);
        Assert.Equal(
            [["102"]], await IndependentReaders.ClickHouseAsync($"SELECT count() FROM deltaLakeLocal('{Folder}')"));
    }

    [Fact]
    public async Task Checkpoint_of_another_program_with_other_fields_is_read()
    {
        var snapshot = await _table.Log.ReadAsync();
        for (var i = 0; i < 100; i++)
        {
            await AppendAsync(snapshot, Now.AddSeconds(i));
        }

        // Statistics are optional, and other programs know actions and fields that this one does not.
        var (path, other) = (Path.Combine(Log, "00000000000000000099.checkpoint.parquet"), Path.Combine(Log, "other"));
        using (var database = new Database(_folder.Path))
        {
            database.Execute(
                $$"""
                COPY (SELECT protocol, metaData, {version: 99} AS checkpointMetadata, CASE WHEN add.path IS NOT NULL THEN
                    {tags: MAP {'by': 'another'}, size: add.size, path: add.path, partitionValues: add.partitionValues, modificationTime: add.modificationTime} END AS add
                FROM read_parquet({{Database.Quote(path)}})) TO {{Database.Quote(other)}} (FORMAT parquet)
                """);
        }

        File.Move(other, path, overwrite: true);
        var read = await _table.Log.ReadAsync();
        Assert.Equal(99, read.CheckpointVersion);
        Assert.Equal(snapshot.Metadata!.SchemaString, read.Metadata!.SchemaString);
        Assert.Equal(
            snapshot.Files.Select(file => (file.Path, file.Size, file.ModificationTime, (string?)null, file.Partition)).ToHashSet(),
            [.. read.Files.Select(file => (file.Path, file.Size, file.ModificationTime, file.Stats, file.Partition))]);
    }

    [Fact]
    public async Task Of_two_that_commit_the_same_version_one_succeeds()
    {
        var (one, other) = (await _table.Log.ReadAsync(), await _table.Log.ReadAsync());
        var results = await Task.WhenAll(new[] { one, other }.Select(snapshot => Task.Run(
            () => _table.Log.TryCommitAsync(snapshot, [Info()], Now, TimeSpan.FromDays(1)))));
        Assert.Single(results, true);
        Assert.Equal(0, (await _table.Log.ReadAsync()).Version);
    }

    [Fact]
    public async Task Commit_whose_answer_was_lost_is_found_to_be_made()
    {
        var table = new DeltaTable(new ForgetfulStore(Store), TableSchema.Session);
        Assert.True(await table.Log.TryCommitAsync(await table.Log.ReadAsync(), [Info()], Now, TimeSpan.FromDays(1)));
        Assert.Equal(0, (await _table.Log.ReadAsync()).Version);
    }

    [Fact]
    public async Task Table_that_needs_a_later_protocol_is_refused()
    {
        await _table.Log.TryCommitAsync(await _table.Log.ReadAsync(), [Info()], Now, TimeSpan.FromDays(1));
        await File.WriteAllTextAsync(
            Path.Combine(Log, "00000000000000000001.json"), """{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"writerFeatures":[]}}""",
            TestContext.Current.CancellationToken);
        Assert.Contains("needs reader version 3", (await Assert.ThrowsAsync<InvalidDataException>(_table.Log.ReadAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Column_that_a_later_release_added_is_NULL_in_older_parts_and_stays_in_the_schema()
    {
        var snapshot = await _table.Log.ReadAsync();
        await AppendAsync(snapshot, Now);
        var schema = snapshot.Metadata!.SchemaString.Replace(
            "\"fields\":[", "\"fields\":[{\"name\":\"arena\",\"type\":\"string\",\"nullable\":true,\"metadata\":{}},", StringComparison.Ordinal);
        Assert.True(await _table.Log.TryCommitAsync(
            snapshot, [Info(), new() { MetaData = snapshot.Metadata with { SchemaString = schema } }], Now, TimeSpan.FromDays(1)));
        await AppendAsync(snapshot, Now);
        Assert.Equal(schema, (await _table.Log.ReadAsync()).Metadata!.SchemaString);
        Assert.Equal([["2", "0"]], await IndependentReaders.ClickHouseAsync($"SELECT count(), count(arena) FROM deltaLakeLocal('{Folder}')"));
    }

    [Fact]
    public async Task Column_that_the_table_lacks_is_added_with_the_next_commit()
    {
        var snapshot = await _table.Log.ReadAsync();
        await AppendAsync(snapshot, Now);
        var path = Path.Combine(Log, "00000000000000000000.json");
        var before = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            path, before.Replace("{\\\"name\\\":\\\"silo\\\",\\\"type\\\":\\\"string\\\",\\\"nullable\\\":true,\\\"metadata\\\":{}},", "", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        var older = await _table.Log.ReadAsync();
        Assert.DoesNotContain("silo", older.Metadata!.SchemaString, StringComparison.Ordinal);
        await AppendAsync(older, Now);
        Assert.Contains("silo", (await _table.Log.ReadAsync()).Metadata!.SchemaString, StringComparison.Ordinal);
        Assert.Equal(older.Metadata!.Id, snapshot.Metadata!.Id);
    }

    [Fact]
    public async Task Commits_older_than_30_days_that_a_checkpoint_covers_are_removed()
    {
        var snapshot = await _table.Log.ReadAsync();
        for (var i = 0; i < 310; i++)
        {
            Assert.True(await _table.Log.TryCommitAsync(snapshot, [Info(Now.AddHours(i))], Now.AddHours(i), TimeSpan.FromDays(1)));
        }

        // The checkpoints are of the versions 99, 199 and 299.
        await _table.Log.CleanAsync(Now.AddHours(205) + DeltaLog.LogRetention);
        Assert.Equal(
            Enumerable.Range(199, 111).Select(version => string.Create(CultureInfo.InvariantCulture, $"{version:D20}.json")),
            Directory.GetFiles(Log, "*.json").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        Assert.Equal(2, Directory.GetFiles(Log, "*.checkpoint.parquet").Length);
        Assert.Equal(309, (await _table.Log.ReadAsync()).Version);
        Assert.Null(await _table.Log.ReplayAsync());
    }

    [Fact(Explicit = true)]
    public async Task Year_of_hourly_commits_is_opened()
    {
        var snapshot = await _table.Log.ReadAsync();
        await AppendAsync(snapshot, Now);
        var first = new[] { Info(), new() { Add = snapshot.Files.Single() } };
        for (var i = 1; i < 8760; i++)
        {
            var commit = first.Select(action => action with { Add = action.Add is { } part ? part with { Path = $"date=2026-05-04/{PartName.Create(Now.AddHours(i))}" } : null }).ToList();
            if (i % 100 == 99)
            {
                Assert.True(await _table.Log.TryCommitAsync(snapshot, commit, Now, TimeSpan.FromDays(1)));
                continue;
            }

            // Without a flush to the disk for each.
            await File.WriteAllBytesAsync(Path.Combine(Log, string.Create(CultureInfo.InvariantCulture, $"{i:D20}.json")), DeltaAction.Format(commit), TestContext.Current.CancellationToken);
            snapshot.Apply(i, commit);
        }

        for (var i = 0; i < 5; i++)
        {
            var (time, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
            Assert.Equal(8759, (await _table.Log.ReadAsync()).Version);
            TestContext.Current.TestOutputHelper!.WriteLine($"{time.ElapsedMilliseconds} ms, CPU {(Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds:0} ms");
        }
    }

    private static DeltaAction Info(DateTimeOffset? at = null) => DeltaAction.Info("WRITE", at ?? Now, "test", 1, blindAppend: true);

    private static JsonElement Statistics(AddedFile file) => JsonSerializer.Deserialize<JsonElement>(file.Stats!);

    private async Task<string> AppendAsync(Snapshot snapshot, DateTimeOffset now)
    {
        var (token, ended) = ($"{Guid.NewGuid()}", Time.Of(Now.AddMicroseconds(123456)));
        var part = await _table.WriteAsync(
            Day,
            [new TableRows(TableSchema.Session, new[] { token }, new[] { new Time(null) }, new[] { ended }, new[] { 2 }, new[] { 7L }, new[] { "silo 'ö' \"1\"" }, new[] { ended })],
            now, dataChange: true);
        Assert.True(await _table.Log.TryCommitAsync(snapshot, [Info(now), new() { Add = part }], now, TimeSpan.FromDays(1)));
        return token;
    }

    /// <summary>A store that loses the answer to a creation, which its client then sends again.</summary>
    private sealed class ForgetfulStore(IOutputStore store) : PartialStore, IOutputStore
    {
        public override Task WriteAsync(string path, ReadOnlyMemory<byte> content) => store.WriteAsync(path, content);

        public override async Task<bool> TryCreateAsync(string path, ReadOnlyMemory<byte> content)
        {
            await store.TryCreateAsync(path, content);
            return await store.TryCreateAsync(path, content);
        }

        public override Task<byte[]> ReadAsync(string path) => store.ReadAsync(path);

        IAsyncEnumerable<StoredFile> IOutputStore.ListAsync(string beginning) => store.ListAsync(beginning);
    }
}
