using System.Globalization;
using StackExchange.Redis;
using Superhero.Grains.Games;
using Superhero.Grains.Quarantine;

namespace Superhero.Silo.Statistics;

/// <summary>Finds out what the page shows: from the journals of all silos, from Redis and from the cluster. It does so when
/// somebody looks, and not more often than once in a second.</summary>
public sealed class Season(
    GameOptions options, IConnectionMultiplexer redis, QuarantineStore quarantine, IClusterMembershipService cluster, TimeProvider clock)
    : IDisposable
{
    private const int Most = 20;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan NamesFresh = TimeSpan.FromMinutes(1);

    private readonly JournalFollower _journals = new(options.OutputDirectory);
    private readonly SeasonTally _tally = new();
    private readonly SemaphoreSlim _one = new(1);
    private DateTimeOffset _named;
    private IReadOnlyDictionary<ushort, string> _names = new Dictionary<ushort, string>();
    private IReadOnlyList<QuarantinedGame> _quarantined = [];
    private SeasonView? _view;

    /// <summary>What the page shows now.</summary>
    public async Task<SeasonView> View(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            return _view is { } view && clock.GetUtcNow() - view.At < Fresh ? view : _view = await Look();
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _one.Dispose();

    private async Task<SeasonView> Look()
    {
        foreach (var entry in _journals.ReadNew())
        {
            _tally.Add(entry);
        }

        var problem = _journals.Failure;
        try
        {
            if (clock.GetUtcNow() - _named > NamesFresh)
            {
                _names = await HeroNames.Read(redis.GetDatabase());
                _named = clock.GetUtcNow();
            }

            _quarantined = await quarantine.All();
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            problem = "Redis can't be reached, so the quarantine may be out of date.";
        }

        var now = clock.GetUtcNow();
        return new SeasonView(
            now,
            options.HostName,
            _tally.Loaded,
            _tally.Resumed,
            _tally.TimedOut,
            _tally.PerMinute(now),
            [.. _tally.Heroes.Select(hero => new HeroView(NameOf(hero.Hero), hero.Games, hero.Wins, hero.Damage))],
            [.. _tally.LatestGames.Select(game => new GameView(
                game.Token, game.At, game.Silo, game.Receipt!.Attempts, [.. game.Receipt.Podium.Select(row => PlaceView.Of(row, NameOf))]))],
            [.. _quarantined.Reverse().Take(Most).Select(game => new QuarantineView(game.Token, game.At, game.Silo, game.Reason))],
            _quarantined.Count,
            [.. cluster.CurrentSnapshot.Members.Values
                .Where(silo => silo.Status is not SiloStatus.Dead)
                .OrderBy(silo => silo.Name, StringComparer.Ordinal)
                .Select(silo => new SiloView(silo.Name, silo.SiloAddress.Endpoint.ToString(), silo.Status.ToString()))],
            problem);
    }

    private string NameOf(ushort hero) => _names.GetValueOrDefault(hero) ?? $"hero {hero.ToString(CultureInfo.InvariantCulture)}";
}
