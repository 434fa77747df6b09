using System.Text.Json;
using Superhero.Redis;
using Superhero.Tables.Parquet;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Commands;

[Trait("Category", "Integration")]
public sealed class CommandTests : IDisposable
{
    private readonly GameFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Report_has_totals_heroes_and_players_in_three_formats()
    {
        await using var redis = await RealRedis.StartAsync();
        await redis.Database.HashSetAsync(GameKeys.Superheros, 3, """{"name": "Storm, \"the\" [green]"}""");
        var game = await _folder.AddAsync();
        await _folder.AddAsync();

        var (exitCode, json) = await SiloCommand.RunAsync(redis.Options, "report", "--output", _folder.Path, "--format", "json", "--top", "2");
        Assert.Equal(0, exitCode);
        var report = JsonSerializer.Deserialize<JsonElement>(json);
        Assert.Equal(
            """{"games":2,"participations":4,"players":4,"heroes":2,"rounds":14,"damage_sent":200}""",
            JsonSerializer.Serialize(report.GetProperty("totals")));
        var hero = report.GetProperty("heroes")[0];
        Assert.Equal(("3", "Storm, \"the\" [green]"), (hero.GetProperty("id").GetString(), hero.GetProperty("name").GetString()));
        Assert.Equal(
            [2, 2, 8, 180, 20],
            new[] { "games", "wins", "rounds", "damage_sent", "damage_received" }.Select(name => hero.GetProperty(name).GetInt32()));
        Assert.Equal(2, report.GetProperty("players").GetArrayLength());

        var (_, csv) = await SiloCommand.RunAsync(redis.Options, "report", "--output", _folder.Path, "--format", "csv");
        Assert.StartsWith(
            "board,place,id,name,games,wins,rounds,damage_sent,damage_received\nheroes,1,3,\"Storm, \"\"the\"\" [green]\",2,2,8,180,20\nheroes,2,7,,2,0,6,20,180\nplayers,1,",
            csv,
            StringComparison.Ordinal);

        var (_, table) = await SiloCommand.RunAsync(redis.Options, "report", "--output", _folder.Path);
        Assert.Contains("Storm, \"the\" [green]", table, StringComparison.Ordinal);
        Assert.Contains($"{game}-winner", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Errors_name_the_cause_and_the_remedy()
    {
        var nowhere = new RedisOptions { Host = "127.0.0.1", Port = Ports.Free() };
        var (exitCode, output) = await SiloCommand.RunAsync(nowhere, "report", "--output", _folder.Path);
        Assert.Equal((1, $"There are no games in {_folder.Path}; name the place of the tables with OUTPUT_DIR or --output.\n"), (exitCode, output));

        (exitCode, output) = await SiloCommand.RunAsync(nowhere, "verify", "--output", "/nowhere");
        Assert.Equal(1, exitCode);
        Assert.Contains("There is no folder /nowhere; name the one that holds the tables with --output or OUTPUT_DIR.", output, StringComparison.Ordinal);

        (exitCode, output) = await SiloCommand.RunAsync(nowhere, "compact", "--output", _folder.Path, "--date", "yesterday");
        Assert.Equal(1, exitCode);
        Assert.Contains("--date: 'yesterday' is not a day; write it as YYYY-MM-DD.", output, StringComparison.Ordinal);

        await _folder.AddAsync();
        (exitCode, output) = await SiloCommand.RunAsync(nowhere, "report", "--output", _folder.Path, "--format", "csv");
        Assert.Equal(0, exitCode);
        Assert.Contains($"Redis at {nowhere} can't be reached, so heroes whom the tables do not name are shown by their superhero_id.", output, StringComparison.Ordinal);
        Assert.Contains("heroes,1,3,,1,1,4,90,10", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compact_compacts_verified_games_and_keeps_a_conflicting_one()
    {
        var game = await _folder.AddAsync();
        Assert.Equal((0, "Games: 1, files: 2; all is well.\n"), await SiloCommand.RunAsync(new RedisOptions(), "verify", "--output", _folder.Path));
        var (exitCode, output) = await SiloCommand.RunAsync(new RedisOptions(), "compact", "--output", _folder.Path);
        Assert.Equal(0, exitCode);
        Assert.EndsWith("games compacted: 1, files removed: 2\n", output, StringComparison.Ordinal);
        Assert.Equal(
            (0, "All games that ended before today are compacted.\n"), await SiloCommand.RunAsync(new RedisOptions(), "compact", "--output", _folder.Path));

        (exitCode, output) = await SiloCommand.RunAsync(new RedisOptions(), "games", "show", $"{game}", "--output", _folder.Path);
        Assert.Equal(0, exitCode);
        Assert.Contains(".gz.parquet: compacted into it", output, StringComparison.Ordinal);
        Assert.Contains($"{game}-winner", output, StringComparison.Ordinal);

        await _folder.AddAsync(game, damage: 1);
        (exitCode, output) = await SiloCommand.RunAsync(new RedisOptions(), "verify", "--output", _folder.Path);
        Assert.Equal(1, exitCode);
        Assert.EndsWith("Games: 1, files: 5, problems: 1.\n", output, StringComparison.Ordinal);
        Assert.Equal(1, (await SiloCommand.RunAsync(new RedisOptions(), "compact", "--output", _folder.Path)).ExitCode);
        Assert.Single(_folder.Games(TableSchema.Podium));
    }
}
