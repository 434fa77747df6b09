using System.Globalization;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Superhero.Grains.Games;
using Superhero.Grains.Heroes;

namespace Superhero.Silo.Statistics;

/// <summary>Finds out what the page shows: from Redis and from the cluster. It does so when somebody looks, and not more often
/// than once in a second.</summary>
public sealed class GameStatistics(IOptions<GameOptions> options, IConnectionMultiplexer redis, IClusterMembershipService cluster, TimeProvider clock)
    : IDisposable
{
    private static readonly TimeSpan CacheDuration = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan NamesCacheDuration = TimeSpan.FromMinutes(1);

    // Who looks at the page while Redis is away is not to wait for all of its time-out, each time anew.
    private static readonly TimeSpan RedisTimeout = TimeSpan.FromSeconds(2);

    private readonly StatisticsReader _reader = new(redis);
    private readonly SemaphoreSlim _gate = new(1);
    private DateTimeOffset _namesReadAt;
    private IReadOnlyDictionary<ushort, string> _names = new Dictionary<ushort, string>();
    private DateTimeOffset? _seasonReadAt;
    private SeasonStatistics _season = SeasonStatistics.None;
    private StatisticsView? _view;

    /// <summary>What the page shows now; what it last had, where Redis can't be reached.</summary>
    public async Task<StatisticsView> ViewAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return _view is { } view && clock.GetUtcNow() - view.At < CacheDuration ? view : _view = await ReadAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _gate.Dispose();

    private async Task<StatisticsView> ReadAsync()
    {
        string? problem = null;
        try
        {
            await ReadRedisAsync();
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            problem = _seasonReadAt is { } then
                ? string.Create(CultureInfo.InvariantCulture, $"Redis can't be reached: this is how the games stood at {then.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC.")
                : "Redis can't be reached: nothing is known of the games yet.";
        }

        return View(clock.GetUtcNow(), problem);
    }

    private async Task ReadRedisAsync()
    {
        var now = clock.GetUtcNow();
        var namesAreOld = now - _namesReadAt > NamesCacheDuration;
        var season = _reader.ReadAsync();
        var names = namesAreOld ? ReadNamesAsync() : Task.FromResult(_names);
        await Task.WhenAll(season, names).WaitAsync(RedisTimeout);
        (_season, _seasonReadAt, _names) = (await season, now, await names);
        _namesReadAt = namesAreOld ? now : _namesReadAt;
    }

    private async Task<IReadOnlyDictionary<ushort, string>> ReadNamesAsync() => (await HeroesInRedis.ReadAsync(redis.GetDatabase())).Names;

    private StatisticsView View(DateTimeOffset now, string? problem) => new(
        now,
        options.Value.HostName,
        _season.Loaded,
        _season.Resumed,
        _season.TimedOut,
        _season.Compaction,
        _season.PerMinute(now),
        _season.PerDay(now),
        [.. _season.Heroes.Select(hero => new HeroView(NameOf(hero.Hero), hero.Games, hero.Wins, hero.Damage))],
        [.. _season.Latest.Select(game => new GameView(
            game.Game, game.At, game.Silo, game.Attempts, [.. game.Podium.Select(place => PlaceView.Of(place, NameOf))]))],
        [.. _season.Quarantine.Select(game => new QuarantineView(game.Token, game.At, game.Silo, game.Reason))],
        _season.Quarantined,
        [.. cluster.CurrentSnapshot.Members.Values
            .Where(silo => silo.Status is not SiloStatus.Dead)
            .OrderBy(silo => silo.Name, StringComparer.Ordinal)
            .Select(silo => new SiloView(silo.Name, silo.SiloAddress.Endpoint.ToString(), silo.Status.ToString()))],
        problem);

    private string NameOf(ushort hero) => _names.GetValueOrDefault(hero) ?? $"hero {hero.ToString(CultureInfo.InvariantCulture)}";
}
