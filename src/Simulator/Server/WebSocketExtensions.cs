using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Superhero.Simulator.Server;

/// <summary>Sends and receives the messages of the WebSocket API.</summary>
internal static class WebSocketExtensions
{
    /// <summary>The longest message, in bytes.</summary>
    public const int MaxMessageLength = 64 * 1024;

    /// <summary>Receives the next message, or null if the other side has gone.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="buffer">Space for a message of <see cref="MaxMessageLength"/>.</param>
    /// <param name="cancellationToken">Ends the waiting, and the connection.</param>
    public static async Task<string?> ReceiveTextAsync(this WebSocket socket, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var length = 0;
        try
        {
            while (true)
            {
                var part = await socket.ReceiveAsync(buffer[length..], cancellationToken);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    return null;
                }

                length += part.Count;
                if (part.EndOfMessage)
                {
                    return Encoding.UTF8.GetString(buffer.Span[..length]);
                }

                if (length == buffer.Length)
                {
                    await socket.CloseAsync(WebSocketCloseStatus.MessageTooBig, "at most 64 KiB", cancellationToken);
                    return null;
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>Sends a message. The other side misses it if it has gone.</summary>
    public static async Task SendAsync(this WebSocket socket, JsonObject message, CancellationToken cancellationToken)
    {
        try
        {
            if (socket.State == WebSocketState.Open)
            {
                await socket.SendAsync(
                    Encoding.UTF8.GetBytes(Json.Text(message)), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is WebSocketException or ObjectDisposedException)
        {
        }
    }
}
