using System.Text.Json;
using StackExchange.Redis;
using Superhero.Grains.Load;
using Superhero.Grains.Quarantine;
using Superhero.Tables.Heroes;
using Superhero.Tables.Parquet;
using Superhero.Tables.Rows;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Commands;

/// <summary>Control characters in the names of players and files and in Redis do not reach the terminal.</summary>
[Trait("Category", "Integration")]
public sealed class TerminalTests : IAsyncLifetime
{
    private const string Escapes = "\u001b[31m\u009b2J\u001b]0;x\a\r\b\t";
    private const string Printed = "?[31m?2J?]0;x????";

    private static readonly Guid Quarantined = Guid.NewGuid();
    private static readonly DateTimeOffset Yesterday = DateTimeOffset.UtcNow.AddDays(-1);

    private readonly GameFolder _folder = new();
    private readonly Guid _game = Guid.NewGuid();
    private RealRedis _redis = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await RealRedis.StartAsync();
        await new HeroTable(_folder.Store()).OverwriteAsync([new Hero(3, $"Storm{Escapes}", 1, 1)], TimeProvider.System);
        await AddAsync(_game, "silo-1");
    }

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Report_replaces_control_characters_and_escapes_them_in_JSON()
    {
        var table = await RunAsync(0, "report");
        Assert.Contains($"Storm{Printed}", table, StringComparison.Ordinal);
        Assert.Contains("ann,\"x\"" + Printed, table, StringComparison.Ordinal);
        var csv = await RunAsync(0, "report", "--format", "csv");
        Assert.Contains($"heroes,1,3,Storm{Printed},1,1,", csv, StringComparison.Ordinal);
        Assert.Contains("players,1,\"ann,\"\"x\"\"" + Printed + "\",,1,1,", csv, StringComparison.Ordinal);
        var report = JsonSerializer.Deserialize<JsonElement>(await RunAsync(0, "report", "--format", "json"));
        Assert.Equal($"Storm{Escapes}", report.GetProperty("heroes")[0].GetProperty("name").GetString());
        Assert.Equal($"ann,\"x\"{Escapes}", report.GetProperty("players")[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task Games_show_replaces_control_characters_of_the_tables_and_of_Redis()
    {
        var output = await RunAsync(0, "games", "show", $"{_game}");
        Assert.Contains("ann,\"x\"?[31m", output, StringComparison.Ordinal);
        Assert.Contains("Storm?[31m", output, StringComparison.Ordinal);

        await _redis.Database.HashSetAsync(
            $"superhero/record/{Quarantined}",
            [.. new[] { "stage", "claimed_by", "claimed_at", "attempt", "attempted_by", "last_error", "retry_at" }.Select(field => new HashEntry(field, $"{field}{Escapes}"))]);
        await QuarantineAsync();
        output = await RunAsync(0, "games", "show", $"{Quarantined}");
        Assert.Contains($"last error  last_error{Printed}\n", output, StringComparison.Ordinal);
        Assert.Contains($"by silo{Printed}: reason{Printed}\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quarantine_list_and_show_replace_control_characters()
    {
        await QuarantineAsync();
        Assert.Contains($"reason{Printed}\n", await RunAsync(0, "quarantine", "list"), StringComparison.Ordinal);
        var output = await RunAsync(0, "quarantine", "show", $"{Quarantined}");
        Assert.Contains($"silo    silo{Printed}\nreason  reason{Printed}\nline    line{Printed}\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_replace_control_characters_in_the_names_of_damaged_files()
    {
        const string Silo = "silo\u001b[31m\u009b2J\a\r";
        var damaged = Guid.NewGuid();
        await AddAsync(damaged, Silo);
        await File.WriteAllTextAsync(_folder.FileOf(TableSchema.Podium, damaged), "no Parquet", TestContext.Current.CancellationToken);
        var name = $"GAME_PODIUM/{damaged}_silo?[31m?2J??.gz.parquet: ";
        Assert.Contains(name, await RunAsync(1, "verify"), StringComparison.Ordinal);
        Assert.Contains(name, await RunAsync(1, "compact"), StringComparison.Ordinal);
        Assert.Contains(name, await RunAsync(1, "report", "--format", "csv"), StringComparison.Ordinal);
        Assert.Contains(name, await RunAsync(1, "games", "show", $"{damaged}"), StringComparison.Ordinal);
    }

    private async Task<string> RunAsync(int expected, params string[] arguments)
    {
        var (exitCode, output) = await SiloCommand.RunAsync(
            _redis.Options, arguments[0] == "quarantine" ? arguments : [.. arguments, "--output", _folder.Path]);
        Assert.Equal((expected, ""), (exitCode, string.Concat(output.Where(letter => char.IsControl(letter) && letter != '\n'))));
        return output;
    }

    private async Task AddAsync(Guid game, string silo) => await new GameLoader(_folder.Store()).LoadAsync(
        new GameTables(game, [new($"ann,\"x\"{Escapes}", 3)], [new($"ann,\"x\"{Escapes}", 1, 1, 0, 5)]),
        new GameOrigin(silo, Yesterday, Yesterday, Yesterday),
        again: false);

    private async Task QuarantineAsync() => await _redis.Database.HashSetAsync(
        QuarantineStore.Key,
        $"{Quarantined}",
        JsonSerializer.Serialize(new QuarantinedGame(Quarantined, $"reason{Escapes}", $"line{Escapes}", $"silo{Escapes}", Yesterday)));
}
