using System.Text.Json;
using Superhero.Redis;
using Superhero.Tables.Heroes;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Commands;

[Trait("Category", "Integration")]
public sealed class TablesCommandTests : IDisposable
{
    private readonly GameFolder _folder = new();
    private readonly RedisOptions _nowhere = new() { Host = "127.0.0.1", Port = Ports.Free() };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Verify_fails_without_games_unless_that_is_allowed()
    {
        Assert.Equal(
            (1, $"There are no games in {_folder.Path}; name the place of the tables with --output, or allow it with --allow-empty.\n"), await RunAsync("verify"));
        Assert.Equal((0, "Games: 0, files: 0; all is well.\n"), await RunAsync("verify", "--allow-empty"));
    }

    [Fact]
    public async Task Report_has_heroes_names_from_the_tables_and_a_trend_by_day()
    {
        await new HeroTable(_folder.Store()).OverwriteAsync([new Hero(3, "Storm", 10, 100), new Hero(7, "Quake", 10, 100)], TimeProvider.System);
        await _folder.AddAsync(days: 3);
        await _folder.AddAsync(days: 2);
        Assert.Equal(0, (await RunAsync("compact", "--date", "2025-05-01")).ExitCode);
        await _folder.AddAsync(days: 1);

        var (exitCode, json) = await RunAsync("report", "--format", "json", "--since", "2025-05-01", "--until", "2025-05-02");
        Assert.Equal(0, exitCode);
        var report = JsonSerializer.Deserialize<JsonElement>(json);
        Assert.Equal(
            """[{"date":"2025-05-01","games":1,"participations":2,"rounds":7,"damage_sent":100},{"date":"2025-05-02","games":1,"participations":2,"rounds":7,"damage_sent":100}]""",
            JsonSerializer.Serialize(report.GetProperty("days")));
        Assert.Equal(["Storm", "Quake"], report.GetProperty("heroes").EnumerateArray().Select(hero => hero.GetProperty("name").GetString()));
        Assert.Equal(2, report.GetProperty("totals").GetProperty("games").GetInt32());

        Assert.Contains("days,1,2025-05-03,,1,,7,100,\n", (await RunAsync("report", "--format", "csv", "--since", "2025-05-03")).Output, StringComparison.Ordinal);
        Assert.Contains("2025-05-02", (await RunAsync("report")).Output, StringComparison.Ordinal);

        // The games ended a year or more ago.
        Assert.Contains("\"games\": 0,", (await RunAsync("report", "--format", "json", "--since", "7d")).Output, StringComparison.Ordinal);
        Assert.Contains("\"games\": 3,", (await RunAsync("report", "--format", "json", "--until", "1d")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--since: 'soon' is not a day; write it as YYYY-MM-DD, or as so many days ago, such as 7d.", "--since", "soon")]
    [InlineData("--until: '-3d' is not a day; write it as YYYY-MM-DD, or as so many days ago, such as 7d.", "--until=-3d")]
    [InlineData("--since: '99999999d' is not a day; write it as YYYY-MM-DD, or as so many days ago, such as 7d.", "--since", "99999999d")]
    [InlineData("--since: it is after --until.", "--since", "2025-05-04", "--until", "2025-05-03")]
    public async Task Report_refuses_an_invalid_period(string line, params string[] arguments)
    {
        var (exitCode, output) = await RunAsync(["report", .. arguments]);
        Assert.Equal(1, exitCode);
        Assert.Contains(line, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("report")]
    [InlineData("verify")]
    [InlineData("compact")]
    public async Task Command_without_the_right_to_read_a_folder_fails_in_one_line(string command)
    {
        await _folder.AddAsync();
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var table = Path.Combine(_folder.Path, "superhero", "GAME_PODIUM");
        File.SetUnixFileMode(table, UnixFileMode.None);
        try
        {
            var (exitCode, output) = await SiloExecutable.RunUnprivilegedAsync(command, "--output", _folder.Path);
            Assert.Equal(1, exitCode);
            Assert.Contains("GAME_PODIUM", output, StringComparison.Ordinal);
            Assert.Contains("denied", output, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        }
        finally
        {
            File.SetUnixFileMode(table, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) =>
        SiloCommand.RunAsync(_nowhere, [], [.. arguments, "--output", _folder.Path]);
}
