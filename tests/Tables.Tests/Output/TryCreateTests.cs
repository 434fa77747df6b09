using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Superhero.Tables.Output;
using Superhero.Testing;

namespace Superhero.Tables.Tests.Output;

[Trait("Category", "Integration")]
public sealed class TryCreateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("folder")]
    [InlineData("folder-named")]
    [InlineData("s3")]
    [InlineData("az")]
    public async Task Of_many_that_create_a_file_one_succeeds_and_its_content_stays(string kind)
    {
        await using var server = kind.StartsWith("folder", StringComparison.Ordinal) ? null : await BucketServer.StartAsync(kind);
        var output = server?.Open() ?? Folder(nameless: kind == "folder");
        string[] contents = [.. Enumerable.Range(0, 8).Select(i => $"content {i}")];
        var created = await Task.WhenAll(contents.Select(content => Task.Run(() => output.TryCreateAsync("superhero/A/one", Encoding.UTF8.GetBytes(content)))));
        Assert.Single(created, true);
        Assert.Equal(contents[Array.IndexOf(created, true)], Encoding.UTF8.GetString(await output.ReadAsync("superhero/A/one")));

        await output.WriteAsync("superhero/A/one", "replaced"u8.ToArray());
        Assert.False(await output.TryCreateAsync("superhero/A/one", "other"u8.ToArray()));
        await output.DeleteAsync("superhero/A/one");
        Assert.True(await output.TryCreateAsync("superhero/A/one", "anew"u8.ToArray()));
        Assert.Equal("anew", Encoding.UTF8.GetString(await output.ReadAsync("superhero/A/one")));
        Assert.True(await output.ProbeAsync());
        Assert.True(await output.ProbeAsync());
        Assert.Equal([new StoredFile("superhero/A/one", 4)], await output.ListAsync("superhero/A/").ToListAsync(TestContext.Current.CancellationToken));
        Assert.Empty(Directory.Exists(_folder.Path + "/superhero/.tmp") ? Directory.GetFiles(_folder.Path + "/superhero/.tmp") : []);
    }

    [Fact]
    public async Task Probe_finds_a_service_that_ignores_the_condition()
    {
        await using var server = await BucketServer.StartAsync("s3-ignoring");
        Assert.False(await server.Open().ProbeAsync());
        Assert.True(await server.Open().TryCreateAsync("superhero/A/one", "1"u8.ToArray()));
        Assert.True(await server.Open().TryCreateAsync("superhero/A/one", "2"u8.ToArray()));
    }

    [Fact]
    public async Task Conflict_with_another_request_is_retried()
    {
        await using var server = await BucketServer.StartAsync("s3");
        server.Conditional!.Conflict(times: 2);
        Assert.True(await server.Open().TryCreateAsync("superhero/A/one", "1"u8.ToArray()));
        server.Conditional.Conflict(times: 1);
        Assert.False(await server.Open().TryCreateAsync("superhero/A/one", "2"u8.ToArray()));
    }

    [Fact]
    public async Task File_system_without_hard_links_creates_a_file_once()
    {
        var output = Folder(nameless: false);
        await output.WriteAsync("superhero/A/other", "1"u8.ToArray());
        await using (await SystemCallFault.StartAsync(Process.GetCurrentProcess(), "link", "EPERM"))
        {
            Assert.True(await output.TryCreateAsync("superhero/A/one", "1"u8.ToArray()));
            Assert.False(await output.TryCreateAsync("superhero/A/one", "2"u8.ToArray()));
            Assert.True(await output.ProbeAsync());
        }

        Assert.Equal("1", Encoding.UTF8.GetString(await output.ReadAsync("superhero/A/one")));
        Assert.Empty(Directory.GetFiles(_folder.Path + "/superhero/.tmp"));
    }

    [Fact]
    public async Task File_system_that_can_only_replace_refuses_to_create()
    {
        var output = Folder(nameless: false);
        await output.WriteAsync("superhero/A/other", "1"u8.ToArray());
        await using (await SystemCallFault.StartAsync(Process.GetCurrentProcess(), "link,renameat2", "EINVAL"))
        {
            await Assert.ThrowsAsync<IOException>(() => output.TryCreateAsync("superhero/A/one", "1"u8.ToArray()));
        }

        Assert.Equal(["other"], Directory.GetFiles(_folder.Path + "/superhero/A").Select(file => Path.GetFileName(file)));
        Assert.Empty(Directory.GetFiles(_folder.Path + "/superhero/.tmp"));
    }

    [Fact]
    public async Task Observed_store_passes_on_what_the_store_answers_and_counts_it_as_a_write()
    {
        var clock = new TestClock();
        using var output = new ObservedOutputStore(Folder(nameless: true), clock);
        Assert.True(await output.TryCreateAsync("superhero/A/one", "1"u8.ToArray()));
        Assert.True(output.WroteLately);
        clock.Advance(output.ProbeInterval);
        Assert.False(output.WroteLately);
        Assert.False(await output.TryCreateAsync("superhero/A/one", "2"u8.ToArray()));
        Assert.True(output.WroteLately);
    }

    public void Dispose() => _folder.Dispose();

    private LocalOutputStore Folder(bool nameless) => new(_folder.Path, NullLogger<LocalOutputStore>.Instance, nameless);
}
