using System.Collections.Concurrent;
using System.Text.Json;
using StackExchange.Redis;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Chaos;

/// <summary>Ends games, made from the recordings, on a Redis that may go away at any moment: each game once, in one
/// transaction; a tenth of them without any message.</summary>
public sealed class Publisher(IConnectionMultiplexer redis, ChaosOptions options)
{
    private const int BatchSize = 40;

    // A transaction that was under way when its connection broke may never come back.
    private static readonly TimeSpan TransactionTimeout = TimeSpan.FromSeconds(10);

    private readonly RecordedGame[] _originals = [.. Recording.Names.SelectMany(name => Recording.Read(name).Games)];
    private readonly List<(Guid Token, RecordedGame Original)> _games = [];
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _ended = [];

    /// <summary>The key in Redis that says that a game was put there.</summary>
    public static string Mark(string game) => $"chaos/published/{game}";

    /// <summary>How many games ended unannounced.</summary>
    public int Unannounced { get; private set; }

    /// <summary>When each game had ended.</summary>
    public IReadOnlyDictionary<Guid, DateTimeOffset> Ended => _ended;

    /// <summary>The games that were finished.</summary>
    public IEnumerable<Guid> Finished => _games.Where(game => game.Original.Completed).Select(game => game.Token);

    /// <summary>The rows that they must become, by an independent reading.</summary>
    public IEnumerable<ExpectedRow> Rows()
    {
        var rows = _originals.Where(game => game.Completed).ToDictionary(game => game, game => game.Rows().ToList());
        return _games.Where(game => game.Original.Completed)
            .SelectMany(game => rows[game.Original].Select(row => row with { Game = $"{game.Token}" }));
    }

    /// <summary>Ends the games in bursts, spread over the length of the run.</summary>
    public async Task PublishAsync(CancellationToken cancellationToken)
    {
        var random = new Random(options.Seed);
        var batches = Enumerable.Range(0, options.Games).Select(_ => Choose(random)).Chunk(BatchSize).ToList();
        using var timer = new PeriodicTimer(options.Length / batches.Count);
        foreach (var batch in batches)
        {
            await Task.WhenAll(batch.Select(game => EndAsync(game.Token, game.Original, game.Announced, cancellationToken)));
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    private (Guid Token, RecordedGame Original, bool Announced) Choose(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        var original = _originals[random.Next(_originals.Length)];
        var announced = random.Next(10) > 0;
        _games.Add((new Guid(bytes), original));
        Unannounced += announced ? 0 : 1;
        return (new Guid(bytes), original, announced);
    }

    private async Task EndAsync(Guid token, RecordedGame original, bool announced, CancellationToken cancellationToken)
    {
        var game = original.As(token);
        await RetryAsync(() => PutAsync(game), cancellationToken);
        _ended[token] = DateTimeOffset.UtcNow;
        foreach (var user in announced ? game.Users : [])
        {
            // Messages may be lost; nobody tries again.
            var message = JsonSerializer.Serialize(
                new { log_message = LogChannel.CleaningGameRecords, task = new { game_token = token, user_token = user } });
            try
            {
                await redis.GetSubscriber().PublishAsync(RedisChannel.Literal(LogChannel.Lobby), JsonSerializer.Serialize(message));
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                // Lost.
            }
        }
    }

    // A transaction whose answer was lost may have happened, and one that a loading Redis refused has not, without an
    // exception; the mark tells. What a replica lacks, a failover may take back.
    private async Task PutAsync(RecordedGame game)
    {
        var mark = Mark(game.Token);
        var write = ReplicaAcknowledgement.Begin(redis);
        var transaction = redis.GetDatabase().CreateTransaction();
        transaction.AddCondition(Condition.KeyNotExists(mark));
        _ = transaction.StringSetAsync(mark, "");
        _ = game.LoadAsync(transaction).ContinueWith(written => written.Exception, TaskScheduler.Default);
        await transaction.ExecuteAsync().WaitAsync(TransactionTimeout);
        await write.CountsAsync();
        if (!await redis.GetDatabase().KeyExistsAsync(mark))
        {
            throw new RedisException("The transaction was refused.");
        }
    }

    private static async Task RetryAsync(Func<Task> act, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await act();
                return;
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                await Task.Delay(100, cancellationToken);
            }
        }
    }
}
