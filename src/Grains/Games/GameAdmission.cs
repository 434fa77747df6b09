using System.Collections.Concurrent;
using Superhero.Tables.Output;

namespace Superhero.Grains.Games;

/// <summary>Limits the games that this silo has in work, by their number and by the bytes of their logs, whether a message, the sweep or
/// a replay asks for them. A game is claimed once it is admitted, and all others wait in Redis.</summary>
/// <remarks>While the output takes no files, no game is admitted: its claim would only keep other silos away.</remarks>
/// <param name="output">The output.</param>
/// <param name="clock">Tells how long a game is in work.</param>
public sealed class GameAdmission(ObservedOutputStore output, TimeProvider clock) : IDisposable
{
    /// <summary>The number of games that may be in work: 32. Some wait for Redis while others are written.</summary>
    public const int MaxGames = 32;

    /// <summary>How many of them may have a page of their log in memory: 16. A page has at most 2 MiB.</summary>
    public const int MaxPages = 16;

    /// <summary>For how long a game may be in work before health says so: 30 seconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // With both waits a caller has its answer before it stops waiting.
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _games = new(MaxGames);
    private readonly SemaphoreSlim _pages = new(MaxPages);
    private readonly ConcurrentDictionary<AdmittedGame, long> _admitted = new();

    /// <summary>What is wrong with the games in work, in a line; null for nothing.</summary>
    public string? Problem => _admitted.Count(game => clock.GetElapsedTime(game.Value) > Patience) is > 0 and var slow
        ? $"games in work for more than {Patience.TotalSeconds:0} seconds: {slow}"
        : null;

    /// <summary>Admits a game, if there is room for it within two seconds.</summary>
    /// <returns>The game, which is in work until it is disposed; null if it is not admitted.</returns>
    public async Task<AdmittedGame?> TryAdmitAsync()
    {
        if (output.Problem is not null || !await _games.WaitAsync(MaxWait))
        {
            return null;
        }

        if (output.Problem is not null || !await _pages.WaitAsync(MaxWait))
        {
            _games.Release();
            return null;
        }

        var game = new AdmittedGame(this);
        _admitted[game] = clock.GetTimestamp();
        return game;
    }

    /// <summary>Waits until there is room for a game, which somebody else may take first.</summary>
    public async Task WaitForRoomAsync(CancellationToken cancellationToken)
    {
        await output.WaitUntilWellAsync(cancellationToken);
        await _games.WaitAsync(cancellationToken);
        _games.Release();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _games.Dispose();
        _pages.Dispose();
    }

    /// <summary>A game in work.</summary>
    public sealed class AdmittedGame : IDisposable
    {
        private readonly GameAdmission _admission;
        private bool _hasPage = true;

        internal AdmittedGame(GameAdmission admission) => _admission = admission;

        /// <summary>Its log is read and added up, and no page of it is in memory any more.</summary>
        public void ReleasePage()
        {
            if (_hasPage)
            {
                _hasPage = false;
                _admission._pages.Release();
            }
        }

        /// <inheritdoc />
        public void Dispose()
        {
            if (_admission._admitted.TryRemove(this, out _))
            {
                ReleasePage();
                _admission._games.Release();
            }
        }
    }
}
