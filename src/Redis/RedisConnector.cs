using StackExchange.Redis;

namespace Superhero.Redis;

/// <summary>Connects to a Redis that may not be there yet.</summary>
public static class RedisConnector
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(15);

    /// <summary>Tries until Redis answers, waiting 1, 2, 4, 8 and then 15 seconds between the tries.</summary>
    /// <param name="options">Where Redis is.</param>
    /// <param name="onFailure">Told of each failed try: the reason, in one line, and the wait before the next.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public static async Task<IConnectionMultiplexer> ConnectAsync(
        RedisOptions options, Action<string, TimeSpan> onFailure, CancellationToken cancellationToken)
    {
        for (var wait = FirstWait; ; wait = wait * 2 < MaxWait ? wait * 2 : MaxWait)
        {
            try
            {
                return await ConnectionMultiplexer.ConnectAsync(options.ToConfiguration()).WaitAsync(cancellationToken);
            }
            catch (RedisException exception)
            {
                onFailure(Reason(exception), wait);
            }

            await Task.Delay(wait, cancellationToken);
        }
    }

    // The outer message advises on a client option that users of this project do not have; the inner one is the cause.
    private static string Reason(Exception exception) =>
        (exception.InnerException ?? exception).Message.ReplaceLineEndings(" ");
}
