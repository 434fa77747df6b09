using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Superhero.Redis;

namespace Superhero.Simulator.Server;

/// <summary>Ends the waiting for silent players. A player whose turn lasts longer than TURN_TIMEOUT forfeits, and a lobby that nobody
/// watches times out, so that each open game ends whatever becomes of its players.</summary>
/// <remarks>A server watches the games that it opens, and at its start those that other servers left open. What it has seen of them is only
/// in its memory. Several servers may watch a game, because the script acts only on what has not changed since the server looked.</remarks>
internal sealed partial class GameTimeouts(GameStore store, ServerOptions options, TimeProvider time, ILogger<GameTimeouts> logger) : BackgroundService
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Guid, Sight> _games = new();
    private bool _answered = true;
    private bool _loaded;

    /// <summary>Watches a game from now on, also one that is not in Redis yet.</summary>
    public void Watch(Guid game) => _games.TryAdd(game, new Sight("", time.GetTimestamp()));

    /// <summary>Stops watching a game.</summary>
    public void Forget(Guid game) => _games.TryRemove(game, out _);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var wait = options.TurnTimeout / 10 < LongestWait ? options.TurnTimeout / 10 : LongestWait;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LookAsync();
                if (!_answered)
                {
                    _answered = true;
                    LogAnswered();
                }
            }
            catch (Exception exception) when (exception.IsRedisFailure())
            {
                if (_answered)
                {
                    _answered = false;
                    LogNoAnswer(exception.Message);
                }

                // While Redis does not answer, no player can act.
                foreach (var (game, sight) in _games)
                {
                    _games.TryUpdate(game, sight with { Since = time.GetTimestamp() }, sight);
                }
            }

            await Task.Delay(wait, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LookAsync()
    {
        if (!_loaded)
        {
            (await store.OpenGamesAsync()).ForEach(Watch);
            _loaded = true;
        }

        foreach (var (game, sight) in _games)
        {
            try
            {
                await LookAsync(game, sight);
            }
            catch (RedisServerException exception) when (exception.IsWrongType())
            {
                // Somebody else writes to its keys; the other games go on.
                Forget(game);
            }
        }
    }

    private async Task LookAsync(Guid game, Sight sight)
    {
        var waited = time.GetElapsedTime(sight.Since);
        var (status, progress, forfeited) = await store.StalledAsync(
            game,
            lobby: waited > options.LobbyTimeout + options.TurnTimeout ? sight.Progress : null,
            turn: waited > options.TurnTimeout ? sight.Progress : null);
        if (forfeited is { Length: > 0 })
        {
            LogForfeited(forfeited, options.TurnTimeout.TotalSeconds, game);
        }

        if (status is GameStatus.Completed or GameStatus.TimedOut || (status.Length == 0 && waited > options.TurnTimeout))
        {
            Forget(game);
        }
        else if (progress != sight.Progress)
        {
            _games.TryUpdate(game, new Sight(progress, time.GetTimestamp()), sight);
        }
    }

    [LoggerMessage(904, LogLevel.Information, "User {User} did not attack within {Seconds} s and forfeits the turn, game {Token}")]
    private partial void LogForfeited(string user, double seconds, Guid token);

    [LoggerMessage(906, LogLevel.Warning, "Redis does not answer; all games wait: {Reason}")]
    private partial void LogNoAnswer(string reason);

    [LoggerMessage(907, LogLevel.Information, "Redis answers again; the games continue")]
    private partial void LogAnswered();

    private sealed record Sight(string Progress, long Since);
}
