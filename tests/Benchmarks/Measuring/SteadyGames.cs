using StackExchange.Redis;
using Superhero.Testing;

namespace Superhero.Benchmarks.Measuring;

/// <summary>Ends games at a steady pace, and finds out how long each took from its first message to its later file.</summary>
public sealed class SteadyGames(SiloCluster cluster, GameMaker maker)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Dictionary<string, DateTime> _announced = [];

    /// <summary>How many games end in a second.</summary>
    public const int PerSecond = 20;

    private IDatabase Redis => cluster.Redis.Database;

    /// <summary>Ends games until something is over.</summary>
    /// <param name="meanwhile">What happens in the meantime.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public async Task WhileAsync(Task meanwhile, CancellationToken cancellationToken)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / PerSecond));
        while (!meanwhile.IsCompleted && await pace.WaitForNextTickAsync(cancellationToken))
        {
            var games = await maker.MakeAsync(Redis, 1);
            _announced[games[0].Token.ToString()] = DateTime.UtcNow;
            await GameMaker.AnnounceAsync(cluster.Redis.Connection, games);
        }

        await meanwhile;
    }

    /// <summary>Waits for the files of all games that have ended since the last call.</summary>
    /// <returns>How many seconds each took, the shortest first.</returns>
    public async Task<IReadOnlyList<double>> TakenAsync(CancellationToken cancellationToken)
    {
        var given = DateTime.UtcNow + Patience;
        Dictionary<string, DateTime> written;
        while ((written = Written()).Count < _announced.Count && DateTime.UtcNow < given)
        {
            await Task.Delay(200, cancellationToken);
        }

        // One that never comes took as long as was waited for it.
        double[] taken = [.. _announced.Select(game => (written.GetValueOrDefault(game.Key, given) - game.Value).TotalSeconds).Order()];
        _announced.Clear();
        return taken;
    }

    private Dictionary<string, DateTime> Written() => new[] { "GAME_META", "GAME_PODIUM" }
        .SelectMany(cluster.Files)
        .GroupBy(file => Path.GetFileName(file)[..36], File.GetLastWriteTimeUtc)
        .Where(game => _announced.ContainsKey(game.Key) && game.Count() >= 2)
        .ToDictionary(game => game.Key, game => game.Max());
}
