using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Superhero.Demo;
using Superhero.Grains.Games;
using Superhero.Grains.Statistics;
using Superhero.Redis;
using Superhero.Silo.Statistics;
using Superhero.Silo.Tests.Membership;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Statistics;

public sealed class GameStatisticsTests : IAsyncLifetime
{
    private readonly RedisOptions _options = new() { Host = "127.0.0.1", Port = Ports.Free() };
    private readonly TestClock _clock = new();
    private readonly Members _members = new();
    private EmbeddedRedis _redis;
    private IConnectionMultiplexer _connection = null!;
    private GameStatistics _statistics = null!;

    public GameStatisticsTests() => _redis = new EmbeddedRedis(_options.Port);

    private IDatabase Database => _connection.GetDatabase();

    public async ValueTask InitializeAsync()
    {
        _connection = await RedisConnector.ConnectAsync(_options, (_, _) => { }, TestContext.Current.CancellationToken);
        _statistics = Statistics();
    }

    public async ValueTask DisposeAsync()
    {
        _statistics.Dispose();
        await _connection.DisposeAsync();
        _redis.Dispose();
    }

    [Fact]
    public async Task View_is_read_at_most_once_a_second()
    {
        var first = await ViewAsync();
        Assert.Empty(first.Silos);
        _members.Set((1, SiloStatus.Active), (2, SiloStatus.Dead));
        await Database.HashIncrementAsync(StatisticsKeys.Totals, "timed_out");
        _clock.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1));
        Assert.Same(first, await ViewAsync());

        _clock.Advance(TimeSpan.FromTicks(1));
        var next = await ViewAsync();
        Assert.Equal((_clock.GetUtcNow(), 1), (next.At, next.TimedOut));
        Assert.Equal("silo-1", Assert.Single(next.Silos).Name);
    }

    [Fact]
    public async Task Names_of_heroes_are_read_once_a_minute()
    {
        await Database.HashIncrementAsync(StatisticsKeys.HeroGames, 3);
        await Database.ListLeftPushAsync(StatisticsKeys.Latest, Season.Game(_clock.GetUtcNow()).ToJson());
        Assert.Equal("hero 3", await NameAsync());
        await Database.HashSetAsync(GameKeys.Superheros, 3, """{"name": "Storm"}""");
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("hero 3", await NameAsync());
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("Storm", await NameAsync());
        Assert.Equal(["Storm", "hero 7", "hero 1"], Assert.Single((await ViewAsync()).Latest).Podium.Select(place => place.Hero));
    }

    [Fact]
    public async Task Game_drops_out_of_the_last_hour_and_stays_in_its_day()
    {
        var now = _clock.GetUtcNow();
        await Database.HashIncrementAsync(StatisticsKeys.Minutes, now.ToUnixTimeSeconds() / 60);
        await Database.HashIncrementAsync(StatisticsKeys.Days, "2026-05-04");
        Assert.Equal(1, (await ViewAsync()).PerMinute[59]);
        _clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(1, (await ViewAsync()).PerMinute[0]);
        _clock.Advance(TimeSpan.FromMinutes(1));
        var last = await ViewAsync();
        Assert.Equal((0, 1), (last.PerMinute.Sum(), last.PerDay[29].Games));
        _clock.Advance(TimeSpan.FromHours(12));
        Assert.Equal((1, 0), ((await ViewAsync()).PerDay[28].Games, (await ViewAsync()).PerDay[29].Games));
    }

    [Fact]
    public async Task Heroes_have_no_names_if_their_key_is_no_hash()
    {
        await Database.HashIncrementAsync(StatisticsKeys.HeroGames, 3);
        await Database.StringSetAsync(GameKeys.Superheros, "in the way");
        Assert.Equal("hero 3", await NameAsync());
        Assert.Null((await ViewAsync()).Problem);
    }

    [Fact]
    public async Task Last_view_is_shown_while_Redis_is_away()
    {
        await Database.HashSetAsync(StatisticsKeys.Totals, "loaded", 7);
        Assert.Equal(7, (await ViewAsync()).Loaded);
        _redis.Dispose();
        _clock.Advance(TimeSpan.FromSeconds(5));
        _members.Set((1, SiloStatus.Active));
        var away = await ViewAsync();
        Assert.Equal((7, "Redis can't be reached: this is how the games stood at 2026-05-04 12:00:00 UTC."), (away.Loaded, away.Problem));
        Assert.Single(away.Silos);

        using var late = Statistics();
        Assert.Equal("Redis can't be reached: nothing is known of the games yet.", (await late.ViewAsync(TestContext.Current.CancellationToken)).Problem);

        _redis = new EmbeddedRedis(_options.Port);
        await Eventually.HoldsAsync(
            async () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                return await ViewAsync() is { Problem: null, Loaded: 0 };
            },
            () => "the statistics that Redis has now");
    }

    private GameStatistics Statistics() => new(Options.Create(new GameOptions()), _connection, _members, _clock);

    private Task<StatisticsView> ViewAsync() => _statistics.ViewAsync(TestContext.Current.CancellationToken);

    private async Task<string> NameAsync() => Assert.Single((await ViewAsync()).Heroes).Name;
}
