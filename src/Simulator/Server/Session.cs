using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Superhero.Simulator.Server;

/// <summary>One client's connection.</summary>
internal sealed class Session(WebSocket socket)
{
    private const int MaxMessageLength = 64 * 1024;

    /// <summary>The next message, or null when the client has gone.</summary>
    public async Task<string?> ReceiveAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxMessageLength];
        var length = 0;
        try
        {
            while (true)
            {
                var part = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    return null;
                }

                length += part.Count;
                if (part.EndOfMessage)
                {
                    return Encoding.UTF8.GetString(buffer, 0, length);
                }

                if (length == buffer.Length)
                {
                    await socket.CloseAsync(WebSocketCloseStatus.MessageTooBig, "at most 64 KiB", cancellationToken);
                    return null;
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Sends a message; a client that has gone misses it.</summary>
    public async Task SendAsync(JsonObject message, CancellationToken cancellationToken)
    {
        try
        {
            if (socket.State == WebSocketState.Open)
            {
                await socket.SendAsync(
                    Encoding.UTF8.GetBytes(Json.Text(message)), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
            }
        }
        catch (WebSocketException)
        {
        }
    }

    /// <summary>Ends when the client has gone; what it says until then is not heard.</summary>
    public async Task WaitUntilClosedAsync(CancellationToken cancellationToken)
    {
        while (await ReceiveAsync(cancellationToken) is not null)
        {
        }
    }

    /// <summary>Says good-bye.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
        }
    }
}
