using System.Globalization;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Superhero.Grains.Games;
using Superhero.Grains.Quarantine;
using Superhero.Tables.Output;

namespace Superhero.Silo.Statistics;

/// <summary>Finds out what the page shows: from the journals of all silos, from Redis and from the cluster. It does so when
/// somebody looks, and not more often than once in a second.</summary>
public sealed class GameStatistics(
    IOptions<GameOptions> options, IOptions<OutputOptions> output, IConnectionMultiplexer redis, QuarantineStore quarantine, IClusterMembershipService cluster, TimeProvider clock)
    : IDisposable
{
    private const int MaxQuarantinedShown = 20;
    private static readonly TimeSpan CacheDuration = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan NamesCacheDuration = TimeSpan.FromMinutes(1);

    private readonly JournalReader _journals = new(output.Value.FullDirectory);
    private readonly GameTotals _totals = new();
    private readonly SemaphoreSlim _gate = new(1);
    private DateTimeOffset _namesReadAt;
    private IReadOnlyDictionary<ushort, string> _names = new Dictionary<ushort, string>();
    private IReadOnlyList<QuarantinedGame> _quarantined = [];
    private StatisticsView? _view;

    /// <summary>What the page shows now.</summary>
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
        foreach (var entry in _journals.ReadNew())
        {
            _totals.Add(entry);
        }

        var problem = _journals.Failure;
        try
        {
            if (clock.GetUtcNow() - _namesReadAt > NamesCacheDuration)
            {
                _names = await HeroNames.ReadAsync(redis.GetDatabase());
                _namesReadAt = clock.GetUtcNow();
            }

            _quarantined = await quarantine.AllAsync();
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            problem = "Redis can't be reached, so the quarantine may be out of date.";
        }

        var now = clock.GetUtcNow();
        return new StatisticsView(
            now,
            options.Value.HostName,
            _totals.Loaded,
            _totals.Resumed,
            _totals.TimedOut,
            _totals.PerMinute(now),
            [.. _totals.Heroes.Select(hero => new HeroView(NameOf(hero.Hero), hero.Games, hero.Wins, hero.Damage))],
            [.. _totals.LatestGames.Select(game => new GameView(
                game.Token, game.At, game.Silo, game.LoadRecord!.Attempts, [.. game.LoadRecord.Podium.Select(row => PlaceView.Of(row, NameOf))]))],
            [.. _quarantined.Reverse().Take(MaxQuarantinedShown).Select(game => new QuarantineView(game.Token, game.At, game.Silo, game.Reason))],
            _quarantined.Count,
            [.. cluster.CurrentSnapshot.Members.Values
                .Where(silo => silo.Status is not SiloStatus.Dead)
                .OrderBy(silo => silo.Name, StringComparer.Ordinal)
                .Select(silo => new SiloView(silo.Name, silo.SiloAddress.Endpoint.ToString(), silo.Status.ToString()))],
            problem);
    }

    private string NameOf(ushort hero) => _names.GetValueOrDefault(hero) ?? $"hero {hero.ToString(CultureInfo.InvariantCulture)}";
}
