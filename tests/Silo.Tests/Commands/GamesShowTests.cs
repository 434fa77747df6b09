using System.Globalization;
using System.Text.Json;
using StackExchange.Redis;
using Superhero.Grains.Quarantine;
using Superhero.Grains.Statistics;
using Superhero.Redis;
using Superhero.Tables.Heroes;
using Superhero.Tables.Parquet;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Commands;

[Trait("Category", "Integration")]
public sealed class GamesShowTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    private readonly GameFolder _folder = new();
    private RealRedis _redis = null!;

    public async ValueTask InitializeAsync() => _redis = await RealRedis.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Game_in_work_is_shown_with_its_claim_last_error_and_next_try()
    {
        var game = Guid.NewGuid();
        await RecordAsync(
            game, ("stage", "Claimed"), ("claimed_by", "silo-1"), ("claimed_at", "2026-05-04T12:00:00.0000000+00:00"), ("attempt", "3"),
            ("attempted_by", "silo-2"), ("last_error", "no \u001b[31m space left"), ("retry_at", Now.AddMinutes(1).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)));
        Assert.Equal(
            (0,
            $"""
            game        {game}
            stage       Claimed
            claimed     2026-05-04 12:00:00.000Z by silo-1
            attempt     3, by silo-2
            last error  no ?[31m space left
            next try    2026-05-04 12:01:00.000Z
            file        GAME_META has none of it
            file        GAME_PODIUM has none of it

            """),
            await ShowAsync(game));
    }

    [Fact]
    public async Task Quarantined_game_is_shown_with_its_reason_and_line()
    {
        var game = Guid.NewGuid();
        await RecordAsync(game, ("stage", "Quarantined"), ("attempt", "1"));
        await _redis.Database.HashSetAsync(
            "superhero/quarantine", $"{game}", JsonSerializer.Serialize(new QuarantinedGame(game, "a log line is not JSON", "\u001b]0;x\a", "silo-1", Now)));
        var (exitCode, output) = await ShowAsync(game);
        Assert.Equal(0, exitCode);
        Assert.Contains("stage       Quarantined\n", output, StringComparison.Ordinal);
        Assert.Contains("quarantined 2026-05-04 12:00:00.000Z by silo-1: a log line is not JSON\nline        ?]0;x?\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Loaded_game_without_both_files_is_an_error()
    {
        var game = await _folder.AddAsync();
        await _redis.Database.ListLeftPushAsync(
            StatisticsKeys.Latest, ["nonsense", Season.Game(Now, game).ToJson(), .. Enumerable.Range(0, 500).Select(_ => Season.Game(Now).ToJson())]);
        var (exitCode, output) = await ShowAsync(game);
        Assert.Equal(0, exitCode);
        Assert.Contains("claimed     2026-05-04 11:59:59.000Z by silo-1\nloaded      2026-05-04 12:00:00.000Z by silo-2, at attempt 2\n", output, StringComparison.Ordinal);
        Assert.Equal(2, output.Split(".gz.parquet: rows: 2, bytes: ").Length - 1);
        Assert.Contains($"{game}-winner", output, StringComparison.Ordinal);

        File.Delete(_folder.FileOf(TableSchema.Podium, game));
        (exitCode, output) = await ShowAsync(game);
        Assert.Equal(1, exitCode);
        Assert.Contains("file        GAME_PODIUM has none of it\n", output, StringComparison.Ordinal);
        Assert.Contains("podium", output, StringComparison.Ordinal);
        Assert.Equal(1, (await ShowAsync(game, forgotten: true)).ExitCode);

        await RecordAsync(game, ("stage", "Claimed"));
        Assert.Equal(0, (await ShowAsync(game)).ExitCode);
        await RecordAsync(game, ("stage", "Loaded"));
        Assert.Equal(1, (await ShowAsync(game)).ExitCode);
    }

    [Fact]
    public async Task Damaged_and_duplicate_files_are_errors()
    {
        var (damaged, doubled) = (await _folder.AddAsync(), await _folder.AddAsync());
        await File.WriteAllTextAsync(_folder.FileOf(TableSchema.Meta, damaged), "no Parquet", TestContext.Current.CancellationToken);
        var (exitCode, output) = await ShowAsync(damaged);
        Assert.Equal(1, exitCode);
        Assert.Matches($"GAME_META/{damaged}_silo-1.gz.parquet: it can't be read as Parquet: .*, bytes: 10, SHA-256 ", output);
        Assert.Matches($"GAME_PODIUM/{damaged}_silo-1.gz.parquet: rows: 2, ", output);

        await _folder.AddAsync(doubled, silo: "silo-2");
        (exitCode, output) = await ShowAsync(doubled);
        Assert.Equal(1, exitCode);
        Assert.Matches($"GAME_META/{doubled}_silo-1.gz.parquet: .*\n.*GAME_META/{doubled}_silo-2.gz.parquet: ", output);
    }

    [Fact]
    public async Task Compacted_game_is_found_in_the_tables()
    {
        var game = await _folder.AddAsync();
        await _folder.AddAsync(days: 2);
        await SiloCommand.RunAsync(_redis.Options, "compact", "--output", _folder.Path);
        var (exitCode, output) = await ShowAsync(game);
        Assert.Equal(0, exitCode);
        Assert.Matches("file        superhero/delta/GAME_META/date=2025-05-03/part-[0-9a-f-]{36}.gz.parquet: compacted into it, rows: 2\n", output);
        Assert.Matches("file        superhero/delta/GAME_PODIUM/date=2025-05-03/part-[0-9a-f-]{36}.gz.parquet: compacted into it, rows: 2\n", output);
        Assert.Contains($"{game}-loser", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Record_of_another_release_is_shown_as_far_as_it_is_known()
    {
        var (older, strange) = (Guid.NewGuid(), Guid.NewGuid());
        await RecordAsync(older, ("etag", "1"), ("data", "{}"));
        var (exitCode, output) = await ShowAsync(older);
        Assert.Equal(0, exitCode);
        Assert.Contains("stage       not known; the record is one of another release\n", output, StringComparison.Ordinal);

        await RecordAsync(strange, ("stage", "Claimed"), ("claimed_at", "then"), ("attempt", "many"), ("retry_at", "9223372036854775807"));
        (exitCode, output) = await ShowAsync(strange);
        Assert.Equal(0, exitCode);
        Assert.Contains("claimed     then by \nattempt     many\nnext try    9223372036854775807\n", output, StringComparison.Ordinal);

        await _redis.Database.StringSetAsync($"superhero/record/{Guid.Empty}", "in the way");
        await _redis.Database.StringSetAsync(StatisticsKeys.Latest, "in the way");
        Assert.StartsWith("Nothing is known of game ", (await ShowAsync(Guid.Empty)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_game_is_an_error() => Assert.Equal(
        (1, $"Nothing is known of game {Guid.Empty} in {_folder.Path}. A game in work is not yet there.\n"), await ShowAsync(Guid.Empty));

    [Fact]
    public async Task Heroes_are_shown_by_name_if_their_table_has_one_and_by_id_if_not()
    {
        var game = await _folder.AddAsync();
        Assert.Matches($@"{game}-winner +│ 3 +│ 3 +│ +4 │", (await ShowAsync(game)).Output);

        await new HeroTable(_folder.Store()).OverwriteAsync([new Hero(3, "Storm [\u001b]", 1, 1), new Hero(7, "", 1, 1)], TimeProvider.System);
        var (exitCode, output) = await ShowAsync(game);
        Assert.Equal(0, exitCode);
        Assert.Matches($@"{game}-winner +│ 3 +│ Storm \[\?\] +│ +4 │", output);
        Assert.Matches($@"{game}-loser +│ 7 +│ 7 +│ +3 │", output);

        await _folder.Store().WriteAsync("superhero/delta/SUPERHERO/_delta_log/00000000000000000001.json", new byte[10]);
        (exitCode, output) = await ShowAsync(game);
        Assert.Equal(0, exitCode);
        Assert.Matches($@"{game}-winner +│ 3 +│ 3 +│ +4 │", output);
        Assert.Contains($"superhero_id: superhero/delta/SUPERHERO/: ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Game_is_shown_from_the_tables_while_Redis_does_not_answer()
    {
        var game = await _folder.AddAsync();
        var nowhere = new RedisOptions { Host = "127.0.0.1", Port = Ports.Free() };
        var (exitCode, output) = await SiloCommand.RunAsync(nowhere, "games", "show", $"{game}", "--output", _folder.Path);
        Assert.Equal(0, exitCode);
        Assert.EndsWith($"Redis at {nowhere} can't be reached, so only the tables tell of the game.\n", output, StringComparison.Ordinal);
        Assert.Contains($"game        {game}\nfile        superhero/GAME_META/{game}_silo-1.gz.parquet: rows: 2, ", output, StringComparison.Ordinal);
        Assert.Contains($"{game}-winner", output, StringComparison.Ordinal);
    }

    private async Task<(int ExitCode, string Output)> ShowAsync(Guid game, bool forgotten = false)
    {
        if (forgotten)
        {
            await _redis.Database.KeyDeleteAsync(StatisticsKeys.Latest);
        }

        return await SiloCommand.RunAsync(_redis.Options, "games", "show", $"{game}", "--output", _folder.Path);
    }

    private Task RecordAsync(Guid game, params (string Name, string Value)[] fields) =>
        _redis.Database.HashSetAsync($"superhero/record/{game}", [.. fields.Select(field => new HashEntry(field.Name, field.Value))]);
}
