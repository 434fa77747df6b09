using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Superhero.Demo;
using Superhero.Grains.Games;
using Superhero.Grains.Journal;
using Superhero.Grains.Quarantine;
using Superhero.Redis;
using Superhero.Silo.Statistics;
using Superhero.Silo.Tests.Membership;
using Superhero.Tables.Output;
using Superhero.Tables.Rows;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Statistics;

public sealed class GameStatisticsTests : IAsyncLifetime
{
    private readonly RedisOptions _options = new() { Host = "127.0.0.1", Port = Ports.Free() };
    private readonly TemporaryFolder _output = new();
    private readonly TestClock _clock = new();
    private readonly Members _members = new();
    private readonly EmbeddedRedis _redis;
    private IConnectionMultiplexer _connection = null!;
    private GameJournal _journal = null!;
    private GameStatistics _statistics = null!;

    public GameStatisticsTests() => _redis = new EmbeddedRedis(_options.Port);

    public async ValueTask InitializeAsync()
    {
        _connection = await RedisConnector.ConnectAsync(_options, (_, _) => { }, TestContext.Current.CancellationToken);
        var output = Options.Create(new OutputOptions { Directory = _output.Path });
        var options = Options.Create(new GameOptions());
        _journal = new GameJournal(output, options, _clock, NullLogger<GameJournal>.Instance);
        _statistics = new GameStatistics(options, output, _connection, new QuarantineStore(_connection), _members, _clock);
    }

    public async ValueTask DisposeAsync()
    {
        _statistics.Dispose();
        _journal.Dispose();
        await _connection.DisposeAsync();
        _redis.Dispose();
        _output.Dispose();
    }

    [Fact]
    public async Task What_is_shown_is_found_out_once_a_second()
    {
        var first = await ViewAsync();
        Assert.Empty(first.Silos);
        _members.Set((1, SiloStatus.Active), (2, SiloStatus.Dead));
        _journal.TimedOut(Guid.NewGuid());
        _clock.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1));
        Assert.Same(first, await ViewAsync());

        _clock.Advance(TimeSpan.FromTicks(1));
        var next = await ViewAsync();
        Assert.Equal((_clock.GetUtcNow(), 1), (next.At, next.TimedOut));
        Assert.Equal("silo-1", Assert.Single(next.Silos).Name);
    }

    [Fact]
    public async Task The_names_of_heroes_are_read_once_a_minute()
    {
        var game = new GameTables(Guid.NewGuid(), [new("user", 3)], [new("user", 1, 1, 0, 5)]);
        _journal.Loaded(game, new GameRecord { ClaimedBy = "silo", ClaimedAt = _clock.GetUtcNow() }, []);
        Assert.Equal("hero 3", await NameAsync());
        await _connection.GetDatabase().HashSetAsync(GameKeys.Superheros, 3, """{"name": "Storm"}""");
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("hero 3", await NameAsync());
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("Storm", await NameAsync());
    }

    [Fact]
    public async Task A_game_leaves_the_last_hour_when_the_hour_is_over()
    {
        _journal.Loaded(new GameTables(Guid.NewGuid(), [], []), new GameRecord(), []);
        Assert.Equal(1, (await ViewAsync()).PerMinute[59]);
        _clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(1, (await ViewAsync()).PerMinute[0]);
        _clock.Advance(TimeSpan.FromMinutes(1));
        var last = await ViewAsync();
        Assert.Equal((0, 1), (last.PerMinute.Sum(), last.Loaded));
    }

    private Task<StatisticsView> ViewAsync() => _statistics.ViewAsync(TestContext.Current.CancellationToken);

    private async Task<string> NameAsync() => Assert.Single((await ViewAsync()).Heroes).Name;
}
