using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Superhero.Grains.Archive;
using Superhero.Grains.Extract;
using Superhero.Grains.Games;
using Superhero.Grains.Ledger;
using Superhero.Grains.Load;
using Superhero.Grains.Metrics;
using Superhero.Grains.Statistics;
using Superhero.Redis;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;
using Superhero.Tables.Rows;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Games;

/// <summary>Three attempts at one game take their steps in every order and stop after every step. Each believes that the others are dead.
/// The work, the ledger and Redis are real.</summary>
[Trait("Category", "Integration")]
public sealed class ScheduleTests : IAsyncLifetime
{
    private const int Concurrency = 16;

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly GatedStore _store = new();
    private readonly GameLoader _loader;
    private GameMetrics _metrics = null!;
    private RealRedis _redis = null!;

    public ScheduleTests() => _loader = new GameLoader(_store);

    public async ValueTask InitializeAsync()
    {
        _redis = await RealRedis.StartAsync();
        _metrics = new GameMetrics(_services.GetRequiredService<IMeterFactory>());
    }

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task Attempts_that_stop_or_pause_at_any_steps_load_the_game_once()
    {
        await HoldsAsync(Schedule.All(failing: false).Where(schedule => schedule.IsRepresentative), 3_500);

        // Representatives stand for all schedules only if it does not matter which of two attempts creates a file first.
        Assert.Equal(0, _store.Different);
    }

    /// <summary>Runs by command only: it takes about five times as long as the representatives.</summary>
    [Fact(Explicit = true)]
    public Task Attempts_in_all_18_378_schedules_load_the_game_once() => HoldsAsync(Schedule.All(failing: false), 18_000);

    /// <summary>Runs by command only: it takes ten times as long as all schedules without failures.</summary>
    [Fact(Explicit = true)]
    public Task Attempts_whose_disks_fail_at_any_file_load_the_game_once() => HoldsAsync(Schedule.All(failing: true), 18_000);

    [Fact]
    public Task Record_whose_times_step_an_hour_ahead_at_any_step_does_not_hold_up_the_game() => HoldsAsync(Schedule.AllDisturbed(Disturbance.TimesAhead), 500);

    [Fact]
    public Task Record_whose_times_step_an_hour_back_at_any_step_does_not_duplicate_the_game() => HoldsAsync(Schedule.AllDisturbed(Disturbance.TimesBehind), 500);

    [Fact]
    public Task Record_that_vanishes_at_any_step_leaves_one_copy_under_one_host_name() => HoldsAsync(Schedule.AllDisturbed(Disturbance.RecordVanishes), 500);

    [Fact]
    public Task Token_used_again_at_any_step_leaves_the_files_of_the_first_game() => HoldsAsync(Schedule.AllDisturbed(Disturbance.TokenIsUsedAgain), 500);

    private async Task HoldsAsync(IEnumerable<Schedule> schedules, int least)
    {
        var done = 0;
        await Parallel.ForEachAsync(
            schedules,
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = TestContext.Current.CancellationToken },
            async (schedule, _) =>
            {
                try
                {
                    await RunAsync(schedule);
                    Interlocked.Increment(ref done);
                }
                catch (Exception exception)
                {
                    throw new InvalidOperationException($"With {schedule}: {exception.Message}", exception);
                }
            });
        Assert.Equal(done, await _redis.Database.HashGetAsync(StatisticsKeys.Totals, "loaded"));
        Assert.Equal(done, await _redis.Database.HashGetAsync(StatisticsKeys.HeroWins, 1));
        Assert.Empty(_redis.GameKeys());
        TestContext.Current.SendDiagnosticMessage("{0} schedules", done);
        Assert.InRange(done, least, int.MaxValue);
    }

    private async Task RunAsync(Schedule schedule)
    {
        var game = await new MadeGame(_redis.Database).PutAsync();
        Dictionary<string, byte[]> files = [];
        var attempts = await Task.WhenAll(Enumerable.Range(0, Schedule.Attempts).Select(async number =>
        {
            var gate = new StepGate();
            var silo = SharesHostName(schedule) ? "silo" : $"silo-{number}";
            var attempt = _store.BeginAsync(
                files, gate, schedule.Failures[number], () => Processor(silo, gate, number).AttemptAsync(game.Token, Swept));
            await gate.WaitAsync(attempt);
            return (Gate: gate, Attempt: attempt);
        }));
        for (var i = 0; i <= schedule.Steps.Count; i++)
        {
            if (i == schedule.Before)
            {
                await DisturbAsync(schedule.Disturbance, game, files);
            }

            if (i < schedule.Steps.Count)
            {
                var (gate, attempt) = attempts[schedule.Steps[i]];
                await gate.StepAsync(attempt);
            }
        }

        // The other attempts are dead or paused, and the sweep finds the game.
        await FinishAsync(game, files, schedule);
        var before = Describe(files);
        IsDoneOnce(game, files);
        if (schedule.Disturbance == Disturbance.TokenIsUsedAgain)
        {
            Assert.True(await _redis.Database.HashExistsAsync("superhero/quarantine", game.Keys.Token));
            Assert.Equal(2, await _redis.Database.ListLengthAsync(game.Keys.Logs));
            await ForgetAsync(game);
        }

        // Paused attempts continue when even the record is gone.
        await _redis.Database.KeyDeleteAsync(RecordKey.Of(game.Token));
        foreach (var (gate, attempt) in attempts)
        {
            while (!attempt.IsCompleted)
            {
                await gate.StepAsync(attempt);
            }
        }

        Assert.Equal(before, Describe(files));
        Assert.False(await _redis.Database.HashExistsAsync("superhero/quarantine", game.Keys.Token));
    }

    // After these disturbances the record is another one, and only the files tell that the game was loaded.
    private static bool SharesHostName(Schedule schedule) => schedule.Disturbance is Disturbance.RecordVanishes or Disturbance.TokenIsUsedAgain;

    private async Task DisturbAsync(Disturbance disturbance, MadeGame game, Dictionary<string, byte[]> files)
    {
        switch (disturbance)
        {
            case Disturbance.TimesAhead or Disturbance.TimesBehind:
                await _redis.Database.ScriptEvaluateAsync(
                    "for _, f in ipairs({'attempted_at', 'retry_at'}) do if redis.call('HEXISTS', KEYS[1], f) == 1 then redis.call('HINCRBY', KEYS[1], f, ARGV[1]) end end",
                    [RecordKey.Of(game.Token)],
                    [disturbance == Disturbance.TimesAhead ? 3_600_000 : -3_600_000]);
                break;
            case Disturbance.RecordVanishes:
                await _redis.Database.KeyDeleteAsync(RecordKey.Of(game.Token));
                break;
            case Disturbance.TokenIsUsedAgain:
                await FinishAsync(game, files, new Schedule([], [], disturbance));
                await ForgetAsync(game);
                await game.PutAsync();
                await _redis.Database.ListRightPushAsync(game.Keys.Logs, game.Line);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(disturbance));
        }
    }

    private async Task ForgetAsync(MadeGame game)
    {
        await _redis.Database.KeyDeleteAsync([RecordKey.Of(game.Token), .. game.AllKeys]);
        await _redis.Database.HashDeleteAsync("superhero/quarantine", game.Keys.Token);
        await _redis.Database.SortedSetRemoveAsync(GameKeys.Games, game.Keys.Token);
        await _redis.Database.ListRemoveAsync(GameKeys.Players("2"), game.Keys.Token);
    }

    private async Task FinishAsync(MadeGame game, Dictionary<string, byte[]> files, Schedule schedule)
    {
        var gate = new StepGate();

        // It does not wait for the end of a backoff.
        var attempt = _store.BeginAsync(
            files, gate, failure: 0, () => Processor(SharesHostName(schedule) ? "silo" : "sweeper", gate, Schedule.Attempts).AttemptAsync(game.Token, Swept with { Replays = true }));
        await gate.WaitAsync(attempt);
        while (!attempt.IsCompleted)
        {
            await gate.StepAsync(attempt);
        }
    }

    private static void IsDoneOnce(MadeGame game, Dictionary<string, byte[]> files)
    {
        Assert.Equal(2, files.Count);
        var silo = Path.GetFileName(files.Keys.First())[(game.Keys.Token.Length + 1)..^".gz.parquet".Length];
        var rows = game.Rows.ToList();
        var tables = new GameTables(
            game.Token,
            [.. rows.Select(row => new MetaRow(row.User, (ushort)row.Hero))],
            [.. rows.Select(row => new PodiumRow(row.User, (byte)row.Rank, (ushort)row.Rounds, (ulong)row.Received, (ulong)row.Sent))]);
        using var written = ParquetFile.Open(TableSchema.Meta, files[$"superhero/GAME_META/{game.Token}_{silo}.gz.parquet"]);
        var claimed = DateTimeOffset.Parse(written.Metadata["claimed_at"], CultureInfo.InvariantCulture);

        // The log of a made game has no times.
        var origin = new GameOrigin(silo, claimed, claimed, claimed);
        Assert.Equal(GameParquet.Meta(tables, origin), files[$"superhero/GAME_META/{game.Token}_{silo}.gz.parquet"]);
        Assert.Equal(GameParquet.Podium(tables, origin), files[$"superhero/GAME_PODIUM/{game.Token}_{silo}.gz.parquet"]);
    }

    private static string Describe(Dictionary<string, byte[]> files) =>
        string.Join('\n', files.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => $"{file.Key} {Convert.ToHexString(file.Value)}"));

    private static AttemptContext Swept => new(IsSwept: true, Replays: false, _ => false);

    private GameProcessor Processor(string host, StepGate gate, int number)
    {
        var redis = gate.Before(_redis.Connection);
        var games = Options.Create(new GameOptions { HostName = host, Clean = true, Expiry = TimeSpan.Zero });

        // Each attempt takes over from all others at once.
        var ledger = Options.Create(new LedgerOptions { Hold = TimeSpan.Zero });
        var stores = new OutputStores(
            Options.Create(new OutputOptions()), Options.Create(new S3Options()), Options.Create(new AzureOptions()), NullLogger<LocalOutputStore>.Instance);
        return new GameProcessor(
            new GameAdmission(new ObservedOutputStore(_store, _clock), _clock),
            new GameLedger(redis, new Named($"silo@{number}"), games, ledger),
            new GameExtractor(redis, ledger),
            _loader,
            new GameArchive(redis, Options.Create(new ArchiveOptions()), ledger, stores),
            games,
            _metrics,
            new GameReporter(_metrics, new GameFailures(_clock), games, _clock, NullLogger<GameGrain>.Instance));
    }

    private sealed record Named(string Self) : ISiloLiveness
    {
        public bool IsDead(string silo) => true;
    }
}
