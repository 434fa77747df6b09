using System.Net.Sockets;
using Orleans.Runtime.Messaging;
using StackExchange.Redis;

namespace Superhero.Grains.Logging;

/// <summary>Tells failures of the world outside, of which a line in the log says enough, from bugs, whose stack belongs in
/// the log.</summary>
public static class ExpectedFailures
{
    /// <summary>What to log beside the message: the exception where it is a bug, and null where it is to be expected, since
    /// Redis, the disk, a bucket or another silo can be away, slow or full, and work can be given up.</summary>
    public static Exception? Unexpected(this Exception exception) => IsExpected(exception) ? null : exception;

    /// <summary>The message, in one line.</summary>
    public static string Reason(this Exception exception) => exception.Message.ReplaceLineEndings(" ");

    private static bool IsExpected(Exception exception) => exception switch
    {
        AggregateException all => all.InnerExceptions.All(IsExpected),
        _ => exception is RedisException or TimeoutException or IOException or UnauthorizedAccessException or SocketException
            or OperationCanceledException or OutOfMemoryException or OrleansMessageRejectionException or ConnectionFailedException
            or GatewayTooBusyException or ClientNotAvailableException,
    };
}
