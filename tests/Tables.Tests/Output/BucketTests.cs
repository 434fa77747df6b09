using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Superhero.Redis;
using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;
using Superhero.Tables.Query;
using Superhero.Testing;

namespace Superhero.Tables.Tests.Output;

[Trait("Category", "Integration")]
public class BucketTests
{
    [Theory]
    [InlineData("folder")]
    [InlineData("s3")]
    [InlineData("az")]
    public async Task Every_output_puts_reads_lists_and_deletes_files_whole(string kind)
    {
        using var folder = new TemporaryFolder();
        await using var server = kind == "folder" ? null : await BucketServer.StartAsync(kind);
        var output = server is null
            ? new LocalOutputStore(folder.Path, NullLogger<LocalOutputStore>.Instance) : server.Open();
        await output.ProbeAsync();
        Assert.Empty(await output.ListAsync("superhero/A/").ToListAsync(TestContext.Current.CancellationToken));
        Assert.Empty(await output.ListFoldersAsync("superhero/A/").ToListAsync(TestContext.Current.CancellationToken));

        await output.WriteAsync("superhero/A/one", "first"u8.ToArray());
        await output.WriteAsync("superhero/A/one", "second"u8.ToArray());
        await output.WriteAsync("superhero/A/date=2026-05-04/two", new byte[300_000]);
        await output.WriteAsync("superhero/AB/three", "third"u8.ToArray());
        Assert.Equal("second", Encoding.UTF8.GetString(await output.ReadAsync("superhero/A/one")));
        Assert.Equal(new byte[300_000], await output.ReadAsync("superhero/A/date=2026-05-04/two"));
        Assert.Equal([new StoredFile("superhero/A/one", 6)], await output.ListAsync("superhero/A/").ToListAsync(TestContext.Current.CancellationToken));
        Assert.Equal([new StoredFile("superhero/A/one", 6)], await output.ListAsync("superhero/A/on").ToListAsync(TestContext.Current.CancellationToken));
        Assert.Empty(await output.ListAsync("superhero/A/two").ToListAsync(TestContext.Current.CancellationToken));
        Assert.Equal(["date=2026-05-04"], await output.ListFoldersAsync("superhero/A/").ToListAsync(TestContext.Current.CancellationToken));
        Assert.Equal(["A", "AB"], (await output.ListFoldersAsync("superhero/").ToListAsync(TestContext.Current.CancellationToken)).Where(name => name.StartsWith('A')).Order());
        await using (var stream = await output.OpenReadAsync(new StoredFile("superhero/A/one", 6)))
        {
            stream.Seek(-3, SeekOrigin.End);
            Assert.Equal("ond", await new StreamReader(stream).ReadToEndAsync(TestContext.Current.CancellationToken));
        }

        await output.DeleteAsync("superhero/A/one");
        await output.DeleteAsync("superhero/A/one");
        Assert.Equal(300_000, (await output.ListAsync("superhero/A/date=2026-05-04/").SingleAsync(TestContext.Current.CancellationToken)).Length);
        await Assert.ThrowsAsync<FileNotFoundException>(() => output.ReadAsync("superhero/A/one"));
    }

    [Theory]
    [InlineData("s3")]
    [InlineData("az")]
    public async Task Games_go_to_a_bucket_wait_while_it_is_away_and_are_reported_verified_and_compacted_there(string kind)
    {
        await using var server = await BucketServer.StartAsync(kind);
        await using var cluster = await SiloCluster.StartAsync(
            1, [("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "0"), ("SWEEP_INTERVAL", "1"), ("OUTPUT_URI", server.Uri), .. server.Variables]);
        var recording = Recording.Read("ordinary");
        await recording.LoadAsync(cluster.Redis.Database);
        await recording.PublishAsync(cluster.Redis.Connection.GetSubscriber());
        await cluster.Redis.WaitUntilCleanedAsync(() => cluster.Log(1));
        Assert.Empty(cluster.Files("GAME_PODIUM"));

        await server.StopAsync();
        var late = await new MadeGame(cluster.Redis.Database).PutAsync();
        await cluster.AnnounceAsync(late.Keys.Token, MadeGame.User);
        Assert.Contains(server.Uri, await SiloCluster.WaitForHealthAsync(cluster.Silos[0], HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
        Assert.True(await late.IsUntouchedAsync());
        await server.LaunchAsync();
        await SiloCluster.WaitForHealthAsync(cluster.Silos[0], HttpStatusCode.OK);
        await cluster.Redis.WaitUntilCleanedAsync(() => cluster.Log(1));

        var expected = recording.Games.Where(game => game.Completed).SelectMany(game => game.Rows()).Concat(late.Rows)
            .OrderBy(row => (row.Game, row.User)).ToList();
        var games = expected.Select(row => row.Game).Distinct().Count();
        using (var tables = await TableReader.OpenAsync(server.Open(), Period.Always, TestContext.Current.CancellationToken))
        {
            Assert.Equal(expected, tables.Rows());
        }

        Assert.Equal((0, $"Games: {games}, files: {2 * games}; all is well.\n"), await Run("verify"));
        Assert.Contains($"\"games\": {games},", (await Run("report", "--format", "json")).Output, StringComparison.Ordinal);
        var (exitCode, said) = await Run("games", "show", $"{late.Token}");
        Assert.Equal(0, exitCode);
        Assert.Equal(2, said.Split(".gz.parquet: rows: 2, bytes: ").Length - 1);
        (exitCode, said) = await Run("compact", "--date", $"{DateTime.UtcNow:yyyy-MM-dd}");
        Assert.True(exitCode == 0, said);
        (exitCode, said) = await Run("compact");
        Assert.True(exitCode == 0, said);
        Assert.Matches($"^Games: {games}, files: [0-9]+; all is well.\n$", (await Run("verify")).Output);
        Assert.Empty(await server.Open().ListAsync("superhero/GAME_PODIUM/").ToListAsync(TestContext.Current.CancellationToken));
        Assert.Contains($"\"games\": {games},", (await Run("report", "--format", "json")).Output, StringComparison.Ordinal);
        Assert.Contains("compacted into it", (await Run("games", "show", $"{late.Token}")).Output, StringComparison.Ordinal);

        Task<(int ExitCode, string Output)> Run(params string[] arguments) =>
            SiloCommand.RunAsync(cluster.Redis.Options, [("OUTPUT_URI", server.Uri), ("OUTPUT_DIR", cluster.Output), .. server.Variables], arguments);
    }

    [Theory]
    [InlineData("s3")]
    [InlineData("az")]
    public async Task Two_compactors_of_a_bucket_without_a_common_Redis_compact_each_game_once(string kind)
    {
        await using var server = await BucketServer.StartAsync(kind);
        using var folder = new GameFolder();
        foreach (var days in Enumerable.Range(1, 5))
        {
            await folder.AddAsync(days: days);
        }

        foreach (var file in TableSchema.OfGames.SelectMany(table => folder.Games(table).Select(file => (Path: table.Folder + file.Name, file.FullName))))
        {
            await server.Open().WriteAsync(file.Path, await File.ReadAllBytesAsync(file.FullName, TestContext.Current.CancellationToken));
        }

        var nowhere = new RedisOptions { Host = "127.0.0.1", Port = Ports.Free() };
        var both = await Task.WhenAll(CompactAsync(), CompactAsync());
        Assert.All(both, one => Assert.True(one.ExitCode == 0, one.Output));
        using (var tables = await TableReader.OpenAsync(server.Open(), Period.Always, TestContext.Current.CancellationToken))
        {
            Assert.Equal(folder.Rows.OrderBy(row => (row.Game, row.User)), tables.Rows());
        }

        Assert.Equal((0, "Games: 5, files: 15; all is well.\n"), await SiloCommand.RunAsync(nowhere, server.Variables, "verify", "--output", server.Uri));

        Task<(int ExitCode, string Output)> CompactAsync() => SiloCommand.RunAsync(nowhere, server.Variables, "compact", "--output", server.Uri);
    }

    [Fact]
    public async Task Bucket_that_ignores_the_condition_is_refused_for_compaction_and_works_otherwise()
    {
        await using var server = await BucketServer.StartAsync("s3-ignoring");
        using var folder = new TemporaryFolder();
        var (exitCode, said) = await SiloCommand.RunSiloAsync(
            [.. server.Variables.SelectMany(variable => new[] { variable.Name, variable.Value }), "OUTPUT_DIR", folder.Path, "OUTPUT_URI", server.Uri, "COMPACT_AFTER", "1h"]);
        Assert.Equal(2, exitCode);
        Assert.StartsWith("COMPACT_AFTER: '", said, StringComparison.Ordinal);
        Assert.Contains(server.Uri, said, StringComparison.Ordinal);
        (exitCode, said) = await SiloCommand.RunAsync(new RedisOptions(), server.Variables, "compact", "--output", server.Uri);
        Assert.Equal(1, exitCode);
        Assert.Contains("does not refuse to create an object that exists", said, StringComparison.Ordinal);
        Assert.Equal(0, (await SiloCommand.RunAsync(new RedisOptions(), server.Variables, "verify", "--allow-empty", "--output", server.Uri)).ExitCode);
    }

    [Theory]
    [InlineData("OUTPUT_URI: 'ftp://x/y' is not allowed; set it to s3://bucket/prefix or az://container/prefix.", "OUTPUT_URI", "ftp://x/y")]
    [InlineData("OUTPUT_URI: 's3:///x' is not allowed; set it to s3://bucket/prefix or az://container/prefix.", "OUTPUT_URI", "s3:///x")]
    [InlineData("AZURE_STORAGE_CONNECTION_STRING: '' is not allowed; set it to the account's connection string, or AZURE_STORAGE_ACCOUNT to its name.", "OUTPUT_URI", "az://x")]
    [InlineData("AWS_REGION: '' is not allowed; set it to the bucket's region, or AWS_ENDPOINT_URL to the address of a compatible service.", "OUTPUT_URI", "s3://x", "AWS_EC2_METADATA_DISABLED", "true")]
    [InlineData("AWS_ENDPOINT_URL: 'nonsense' is not allowed; set it to the service's address, which begins with http:// or https://.", "OUTPUT_URI", "s3://x", "AWS_ENDPOINT_URL", "nonsense")]
    [InlineData("AZURE_STORAGE_CONNECTION_STRING: '…' is not allowed; set it to the account's connection string, as Azure's portal shows it.", "OUTPUT_URI", "az://x", "AZURE_STORAGE_CONNECTION_STRING", "SharedAccessKey=secret")]
    [InlineData("OUTPUT_URI: 's3://x/' is not allowed; set it to a bucket that can be written (s3://x/: ", "OUTPUT_URI", "s3://x", "AWS_ENDPOINT_URL", "http://127.0.0.1:1", "AWS_ACCESS_KEY_ID", "a", "AWS_SECRET_ACCESS_KEY", "b", "AWS_MAX_ATTEMPTS", "1")]
    public async Task A_bucket_that_cannot_be_used_ends_the_process_with_one_line(string line, params string[] variables)
    {
        using var folder = new TemporaryFolder();
        var (exitCode, said) = await SiloCommand.RunSiloAsync([.. variables, "OUTPUT_DIR", folder.Path]);
        Assert.Equal(2, exitCode);
        Assert.StartsWith(line, said, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', said.TrimEnd());
    }
}
