using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Superhero.Demo;
using Superhero.Redis;
using Superhero.Silo.Hosting;
using Superhero.Simulator;
using Superhero.Tables.Heroes;
using Superhero.Tables.Parquet;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Commands;

/// <summary>Runs the commands and queries of the documents word for word.</summary>
public sealed partial class DocumentedCommandsTests : IDisposable
{
    /// <summary>The commands that these tests cannot run, with the reason.</summary>
    private static readonly Dictionary<string, string> NotRun = new()
    {
        ["dotnet run --project src/Demo"] = "a test of its own runs it",
        ["./test.sh"] = "it runs this",
        ["REDIS_HOST=redis.internal CLEAN_ROUTINE=True OUTPUT_DIR=/data dotnet run -c Release --project src/Silo"] = "it runs until it is stopped, which other tests do",
        ["docker compose --env-file compose/.env.mine -f compose/docker-compose.redis.yml up --build --scale worker=4 --scale player=10"] = "it needs a container engine",
        ["LOGGER_MODULE=redis SERVER_SLEEP=0.05 dotnet run --project src/Simulator -- server"] = "it runs until it is stopped, which other tests do",
        ["CLIENT_GAMES=10 dotnet run --project src/Simulator -- player --count 10"] = "it needs the server, with which other tests run it",
        ["cp compose/.env compose/.env.mine"] = "it writes into the project's folder",
        ["docker compose --env-file compose/.env.mine -f compose/docker-compose.redis.yml build"] = "it needs a container engine",
        ["export WORKERS=4 PLAYERS=10"] = "it sets variables for what follows",
        ["docker compose --env-file compose/.env.mine -f compose/docker-compose.redis.yml exec dashboard dotnet /app/Superhero.Silo.dll verify"] = "it needs a container engine; tests/Containers runs it",
        ["docker compose --env-file compose/.env.mine -f compose/docker-compose.redis.yml exec dashboard dotnet /app/Superhero.Silo.dll report --since 7d"] = "it needs a container engine; tests/Containers runs it",
        ["docker compose --env-file compose/.env.mine -f compose/docker-compose.redis.yml exec dashboard dotnet /app/Superhero.Silo.dll quarantine list"] = "it needs a container engine; tests/Containers runs it",
        ["docker-compose --env-file .env -f compose/docker-compose.redis.yml build"] = "it needs a container engine; tests/Containers runs it",
        ["docker-compose --env-file .env -f compose/docker-compose.redis.yml up -d redis build_db"] = "it needs a container engine; tests/Containers runs it",
        ["docker-compose --env-file .env -f compose/docker-compose.redis.yml up --scale worker=${WORKERS} --scale player=${PLAYERS}"] = "it needs a container engine; tests/Containers runs it",
        ["docker exec compose-worker-1 ls data/superhero/GAME_PODIUM"] = "it needs a container engine; tests/Containers runs it",
        ["docker compose --env-file compose/.env.mine -f compose/docker-compose.redis.yml up -d --wait --no-recreate --scale worker=8 worker"] = "it needs a container engine; tests/Containers runs it",
        ["docker stop compose-worker-1 compose-worker-2 compose-worker-3 compose-worker-4"] = "it needs a container engine; tests/Containers runs it",
        ["docker rm compose-worker-1 compose-worker-2 compose-worker-3 compose-worker-4"] = "it needs a container engine; tests/Containers runs it",
        ["docker compose --env-file compose/.env.mine -f compose/docker-compose.redis.yml up -d --wait --no-deps dashboard"] = "it needs a container engine; tests/Containers runs it",
        ["kubectl apply -k deploy/kubernetes/overlays/demo"] = "it needs a cluster of Kubernetes",
        ["kubectl -n superhero-orleans rollout status deployment/silo"] = "it needs a cluster of Kubernetes",
        ["kubectl -n superhero-orleans scale deployment/player --replicas=4"] = "it needs a cluster of Kubernetes",
        ["kubectl -n superhero-orleans port-forward service/page 8080:80"] = "it needs a cluster of Kubernetes",
        ["kubectl apply -f deploy/kubernetes/base/namespace.yaml"] = "it needs a cluster of Kubernetes",
        ["kubectl -n superhero-orleans create secret generic credentials --from-literal=dashboard-user=admin --from-file=redis-password --from-file=dashboard-password"] = "it needs a cluster of Kubernetes",
        ["kubectl apply -k deploy/kubernetes/base"] = "it needs a cluster of Kubernetes",
        ["dotnet build SuperheroOrleans.sln -c Release"] = "without it there is no test",
        ["dotnet run -c Release --project tests/Chaos -- --seeds 20 --seconds 20 --games 1200"] = "it takes minutes; a test runs one seed",
        ["dotnet tests/Grains.Tests/bin/Release/net10.0/Superhero.Grains.Tests.dll -explicit only -class '*ScheduleTests'"] = "it takes minutes, and is a test",
        ["dotnet tests/Silo.Tests/bin/Release/net10.0/Superhero.Silo.Tests.dll -explicit only -method '*Memory_of_a_silo_whose_disk_hangs*'"] = "it takes minutes, and is a test",
        ["""
        INSTALL httpfs; INSTALL delta;
        CREATE SECRET (TYPE s3, KEY_ID '…', SECRET '…', REGION 'eu-central-1');
        SELECT count(*) FROM delta_scan('s3://bucket/prefix/superhero/delta/GAME_SESSION') WHERE date >= current_date - 7;
        """] = "it needs the internet, and a bucket",
    };

    private static readonly IReadOnlyList<Block> Blocks =
    [
        .. new[] { "README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md" }
            .Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md").Select(path => $"docs/{Path.GetFileName(path)}").Order())
            .SelectMany(file => Fence().Matches(File.ReadAllText(Path.Combine(Repository.Root, file)))
                .Select(fence => new Block(file, fence.Groups["language"].Value, fence.Groups["text"].Value.TrimEnd()))),
    ];

    private static readonly IReadOnlyList<string> Commands =
    [
        .. Blocks.Where(block => block.Language == "sh").SelectMany(block => block.Text.Split('\n'))
            .Select(line => Comment().Replace(line, "").Trim()).Where(line => line.Length > 0),
    ];

    private readonly GameFolder _folder = new();
    private readonly TemporaryFolder _archive = new();

    public DocumentedCommandsTests() => _folder.Clock.SetUtcNow(DateTimeOffset.UtcNow);

    public void Dispose()
    {
        _archive.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Documented_commands_are_run_by_tests_or_listed_with_a_reason()
    {
        Assert.All(Blocks, block => Assert.Contains(block.Language, new[] { "sh", "sql", "js", "text", "mermaid" }));
        var listed = Commands.Where(command => !Runnable().IsMatch(command) && !MakesCertificate(command)).Concat(Queries().Select(block => block.Text).Where(NotRun.ContainsKey));
        Assert.Equal(NotRun.Keys.Order(StringComparer.Ordinal), listed.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    [Trait("Category", "Integration")]
    public async Task Documented_commands_succeed()
    {
        (string Name, string Value)[] folders = [("OUTPUT_DIR", _folder.Path), ("ARCHIVE_DIR", _archive.Path)];
        await using var cluster = await InProcessCluster.StartAsync(1, [.. ClusterBase.Cleaning, .. folders]);
        await _folder.AddAsync(days: 2);
        await _folder.AddAsync();
        var loaded = await new MadeGame(cluster.Redis.Database).PutAsync();
        await GameAssertions.IsProcessedOnceAnnouncedAsync(loaded, cluster);

        // The first use of each command runs the executable; its other uses cost less within the test's process.
        HashSet<string> executed = [];
        foreach (var match in Commands.Select(command => Runnable().Match(command)).Where(match => match.Success))
        {
            var token = loaded.Keys.Token;
            if (match.Value.Contains("quarantine", StringComparison.Ordinal) && match.Value.Contains("TOKEN", StringComparison.Ordinal))
            {
                token = await QuarantineAsync(cluster, mend: match.Value.Contains("replay", StringComparison.Ordinal));
            }

            var arguments = match.Groups["arguments"].Value.Replace("TOKEN", token, StringComparison.Ordinal).Split(' ');
            var (exitCode, output) = match.Groups["project"].Value == "Simulator"
                ? await RunAsync(SiloProcess.StartInfo(
                    typeof(SimulatorSettings).Assembly.Location,
                    new Dictionary<string, string> { ["REDIS_HOST"] = "127.0.0.1", ["REDIS_PORT"] = $"{cluster.Redis.Options.Port}" },
                    arguments))
                : executed.Add(arguments[0])
                    ? await SiloExecutable.RunAsync(cluster.Redis.Options, folders, arguments)
                    : await SiloCommand.RunAsync(cluster.Redis.Options, folders, arguments);
            Assert.True(exitCode == 0, $"{match.Value}: {exitCode}\n{output}");
        }
    }

    [Fact]
    [Trait("Category", "Integration")]
    public async Task Silo_accepts_the_certificates_that_the_documented_commands_make()
    {
        foreach (var command in Commands.Where(MakesCertificate))
        {
            var (exitCode, printed) = await RunAsync(new ProcessStartInfo("sh", ["-c", command]) { WorkingDirectory = _archive.Path });
            Assert.True(exitCode == 0, $"{command}: {printed}");
        }

        string[] files = ["SILO_TLS_CERT=silo.crt", "SILO_TLS_KEY=silo.key", "SILO_TLS_CA=ca.crt", "HTTP_TLS_CERT=page.crt", "HTTP_TLS_KEY=page.key"];
        SiloSettings.All.Read(new ConfigurationBuilder().AddInMemoryCollection(files.Select(file => file.Split('='))
            .ToDictionary(file => file[0], file => (string?)Path.Combine(_archive.Path, file[1]))).Build());
    }

    [Fact]
    [Trait("Category", "Integration")]
    public async Task Documented_queries_find_the_rows_that_they_are_for()
    {
        await new HeroTable(_folder.Store()).OverwriteAsync([new Hero(3, "Storm", 10, 20), new Hero(7, "Thor", 20, 40)], TimeProvider.System);
        await _folder.AddAsync(days: 9);
        var first = await _folder.AddAsync(days: 2);
        await _folder.AddAsync();
        await Compaction.RunAsync(_folder.Store());
        await _folder.AddAsync(first, days: 2);
        await _folder.AddAsync();

        Assert.All(Queries(), block => Assert.Equal("docs/tables.md", block.File));
        var answers = DuckDb.QueryAll(
            string.Join('\n', Queries().Select(block => block.Text).Where(text => !NotRun.ContainsKey(text)).Prepend($"SET file_search_path = '{_folder.Path}';")));
        Assert.Equal(3, answers.Count);

        // Compacted games of the last week, and the times of single ones.
        Assert.Equal([["Storm", "2", "2"], ["Thor", "2", "0"]], answers[0]);
        Assert.Equal(["1", "1"], answers[1].Select(hour => hour[1]));
        Assert.Equal(
            _folder.Games(TableSchema.Podium).Select(file => file.Name[..36]).Order(StringComparer.Ordinal), answers[2].Select(row => row[1]).Order(StringComparer.Ordinal));
    }

    [Fact]
    [Trait("Category", "Integration")]
    public async Task Documented_ClickHouse_query_opens_the_table()
    {
        await _folder.AddAsync();
        await Compaction.RunAsync(_folder.Store());
        var query = ClickHouseQuery().Match(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "tables.md"), TestContext.Current.CancellationToken)).Groups[1].Value;
        Assert.Equal([["1"]], await IndependentReaders.ClickHouseAsync(query.Replace("'/data/", $"'{_folder.Path}/", StringComparison.Ordinal)));
    }

    [Fact]
    [Trait("Category", "Integration")]
    public async Task Documented_script_reads_compacted_games()
    {
        await _folder.AddAsync(days: 2);
        await _folder.AddAsync();
        await Compaction.RunAsync(_folder.Store());
        await _folder.AddAsync(days: 0);

        // Node.js looks for libraries in the folder in which it is started.
        var start = new ProcessStartInfo("node", ["--input-type=module"]) { WorkingDirectory = Path.Combine(Repository.Root, "tests", "Servers") };
        start.Environment["OUTPUT_DIR"] = _folder.Path;
        var (_, output) = await RunAsync(start, Assert.Single(Blocks, block => block.Language == "js").Text);
        Assert.Equal(
            new[] { (Days: 2, At: 0), (Days: 1, At: 2) }.Select(game =>
                $"date={_folder.Clock.GetUtcNow().AddDays(-game.Days):yyyy-MM-dd} {_folder.Rows[game.At].Game} 180 7"),
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static bool MakesCertificate(string command) => command.StartsWith("openssl ", StringComparison.Ordinal);

    private static IEnumerable<Block> Queries() => Blocks.Where(block => block.Language == "sql");

    private static async Task<string> QuarantineAsync(InProcessCluster cluster, bool mend)
    {
        var redis = cluster.Redis.Database;
        var game = await new MadeGame(redis).PutAsync(GameStatus.InProgress);
        await redis.ListRightPushAsync(game.Keys.Logs, "not JSON");
        await redis.StringSetAsync(game.Keys.Status, GameStatus.Completed);
        await Eventually.HoldsAsync(() => redis.HashExistsAsync("superhero/quarantine", game.Keys.Token), () => $"the game in quarantine. {cluster.Describe()}");
        if (mend)
        {
            await redis.ListRightPopAsync(game.Keys.Logs);
        }

        return game.Keys.Token;
    }

    [GeneratedRegex("`(SELECT count[(][)] FROM deltaLakeLocal[^`]*)`")]
    private static partial Regex ClickHouseQuery();

    [GeneratedRegex(@"^(?<indent> *)```(?<language>\w*)\n(?<text>.*?)^\k<indent>```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\s+# .*$")]
    private static partial Regex Comment();

    [GeneratedRegex("^dotnet run --project src/(?<project>Silo|Simulator) -- (?<arguments>.+)$")]
    private static partial Regex Runnable();

    private sealed record Block(string File, string Language, string Text);

    private static async Task<(int ExitCode, string Output)> RunAsync(ProcessStartInfo start, string input = "")
    {
        var run = await ProgramRun.RunAsync(start, input);
        return (run.ExitCode, run.Output + run.Error);
    }
}
