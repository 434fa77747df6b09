using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Superhero.Redis;
using Superhero.Silo.Hosting;
using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;
using Superhero.Tables.Query;
using Superhero.Tables.Report;
using Superhero.Tables.Verify;
using Superhero.Testing;

namespace Superhero.Tables.Tests.Output;

[Trait("Category", "Integration")]
public class BucketTests(BucketServers servers) : IClassFixture<BucketServers>
{
    [Theory]
    [InlineData("folder")]
    [InlineData("s3")]
    [InlineData("az")]
    public async Task Output_store_writes_reads_lists_and_deletes_files(string kind)
    {
        using var folder = new TemporaryFolder();
        var output = kind == "folder" ? LocalOutputStore.Open(folder.Path) : servers[kind].Open("files");
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
    public async Task Games_in_a_bucket_are_read_verified_and_reported_before_and_after_compaction(string kind)
    {
        var store = servers[kind].Open("games");
        using var folder = new GameFolder();
        foreach (var days in (int[])[2, 1, 1])
        {
            await folder.AddAsync(days: days);
        }

        await CopyAsync(folder, store);
        await AreWholeAsync();
        await Compaction.RunAsync(store);
        Assert.Empty(await store.ListAsync(TableSchema.Podium.Folder).ToListAsync(TestContext.Current.CancellationToken));
        await AreWholeAsync();

        async Task AreWholeAsync()
        {
            using (var tables = await TableReader.OpenAsync(store, Period.Always, TestContext.Current.CancellationToken))
            {
                Assert.Equal(folder.Rows.OrderBy(row => (row.Game, row.User)), tables.Rows());
            }

            List<string> problems = [];
            var verification = new Verification(store, problems.Add, _ => { });
            await verification.RunAsync(TestContext.Current.CancellationToken);
            Assert.Empty(problems);
            Assert.Equal(3, verification.Games);
            Assert.Equal(3, (await GamesReport.ReadAsync(store, Period.Always, 10, problems.Add, TestContext.Current.CancellationToken)).Totals.Games);
        }
    }

    [Fact]
    public async Task Silo_keeps_games_in_Redis_while_its_bucket_is_unreachable_and_commands_find_them_in_the_bucket_later()
    {
        await using var server = await BucketServer.StartAsync("s3");
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
        using (var tables = await TableReader.OpenAsync(server.Open(), Period.Always, TestContext.Current.CancellationToken))
        {
            Assert.Equal(expected, tables.Rows());
        }

        await RunAsync("verify");
        await HasGamesAsync();
        Assert.Equal(2, (await RunAsync("games", "show", $"{late.Token}")).Split(".gz.parquet: rows: 2, bytes: ").Length - 1);
        await RunAsync("compact", "--date", $"{DateTime.UtcNow:yyyy-MM-dd}");
        await RunAsync("compact");
        await RunAsync("verify");
        Assert.Empty(await server.Open().ListAsync("superhero/GAME_PODIUM/").ToListAsync(TestContext.Current.CancellationToken));
        await HasGamesAsync();
        Assert.Contains("compacted into it", await RunAsync("games", "show", $"{late.Token}"), StringComparison.Ordinal);

        async Task HasGamesAsync()
        {
            using var report = JsonDocument.Parse(await RunAsync("report", "--format", "json"));
            Assert.Equal(expected.Select(row => row.Game).Distinct().Count(), report.RootElement.GetProperty("totals").GetProperty("games").GetInt32());
        }

        async Task<string> RunAsync(params string[] arguments)
        {
            var (exitCode, output) = await SiloCommand.RunAsync(
                cluster.Redis.Options, [("OUTPUT_URI", server.Uri), ("OUTPUT_DIR", cluster.Output), .. server.Variables], arguments);
            Assert.True(exitCode == 0, output);
            return output;
        }
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

        await CopyAsync(folder, server.Open());
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
    [InlineData("AWS_ENDPOINT_URL: 'nonsense' is not allowed; set it to the service's address, which begins with http:// or https://.", "OUTPUT_URI", "s3://x", "AWS_ENDPOINT_URL", "nonsense")]
    [InlineData("AZURE_STORAGE_CONNECTION_STRING: '…' is not allowed; set it to the account's connection string, as Azure's portal shows it.", "OUTPUT_URI", "az://x", "AZURE_STORAGE_CONNECTION_STRING", "SharedAccessKey=secret")]
    public void Invalid_bucket_settings_are_rejected(string failure, params string[] variables) =>
        Assert.Equal([failure], Assert.ThrowsAny<OptionsValidationException>(() => Open(variables)).Failures);

    [Theory]
    [InlineData("s3://x/", "AWS_ENDPOINT_URL", "http://127.0.0.1:1", "AWS_ACCESS_KEY_ID", "a", "AWS_SECRET_ACCESS_KEY", "b")]
    [InlineData("az://x/", "AZURE_STORAGE_CONNECTION_STRING", "AccountName=a;AccountKey=Yg==;BlobEndpoint=http://127.0.0.1:1/a;")]
    public async Task Probe_of_an_unreachable_bucket_is_an_error_that_names_the_bucket(string uri, params string[] variables) => Assert.StartsWith(
        $"{uri}: ", (await Assert.ThrowsAsync<IOException>(Open([.. variables, "OUTPUT_URI", uri]).ProbeAsync)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(200, "")]
    [InlineData(200, "<ListBucketResult>")]
    [InlineData(400, "Try later.")]
    [InlineData(400, "<Error><Code>Truncat")]
    public async Task Answer_that_is_not_the_bucket_s_own_is_an_error_that_names_the_bucket(int status, string answer)
    {
        var address = $"http://127.0.0.1:{Ports.Free()}/";
        using var proxy = new HttpListener { Prefixes = { address } };
        proxy.Start();
        var answering = Task.Run(
            async () =>
            {
                while (await proxy.GetContextAsync() is { } context)
                {
                    context.Response.StatusCode = status;
                    context.Response.Close(Encoding.UTF8.GetBytes(answer), willBlock: true);
                }
            },
            TestContext.Current.CancellationToken);
        var store = Open(["OUTPUT_URI", "s3://x/", "AWS_ENDPOINT_URL", address, "AWS_ACCESS_KEY_ID", "a", "AWS_SECRET_ACCESS_KEY", "b", "AWS_MAX_ATTEMPTS", "1"]);
        var exception = await Record.ExceptionAsync(async () => await store.ListAsync("superhero/").CountAsync(TestContext.Current.CancellationToken));
        proxy.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => answering);
        Assert.True(exception is null or IOException, $"{exception}");
    }

    [Theory]
    [InlineData("AWS_REGION: '' is not allowed; set it to the bucket's region, or AWS_ENDPOINT_URL to the address of a compatible service.", "AWS_EC2_METADATA_DISABLED", "true", "AWS_CONFIG_FILE", "none")]
    [InlineData("OUTPUT_URI: 's3://x/' is not allowed; set it to a bucket that can be written (s3://x/: ", "AWS_ENDPOINT_URL", "http://127.0.0.1:1", "AWS_ACCESS_KEY_ID", "a", "AWS_SECRET_ACCESS_KEY", "b", "AWS_MAX_ATTEMPTS", "1")]
    public async Task Silo_with_an_unusable_bucket_exits_with_one_line(string line, params string[] variables)
    {
        using var folder = new TemporaryFolder();
        var (exitCode, output) = await SiloCommand.RunSiloAsync([.. variables, "OUTPUT_URI", "s3://x", "OUTPUT_DIR", folder.Path]);
        Assert.Equal(2, exitCode);
        Assert.StartsWith(line, output, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', output.TrimEnd());
    }

    // Opens the output of these settings, as a silo does.
    private static IOutputStore Open(string[] variables)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(variables.Chunk(2).Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1]))).Build();
        return SiloSettings.All.AddTo(new ServiceCollection(), configuration).AddLogging().AddOutputStore()
            .BuildServiceProvider().GetRequiredService<OutputStores>().OpenDefault();
    }

    private static async Task CopyAsync(GameFolder folder, IOutputStore store)
    {
        foreach (var file in TableSchema.OfGames.SelectMany(table => folder.Games(table).Select(file => (Path: table.Folder + file.Name, file.FullName))))
        {
            await store.WriteAsync(file.Path, await File.ReadAllBytesAsync(file.FullName, TestContext.Current.CancellationToken));
        }
    }
}
