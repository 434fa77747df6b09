using System.Net.WebSockets;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Superhero.Simulator.Server;

/// <summary>One client's connection.</summary>
internal sealed class Session : IAsyncDisposable
{
    private readonly WebSocket _socket;
    private readonly CancellationTokenSource _ending;
    private readonly Task _reading;

    // A client that sends faster than it is answered has to wait.
    private readonly Channel<string> _messages = Channel.CreateBounded<string>(1);

    /// <summary>Begins to read the socket. Only this one loop does so: of two readers, one would take the other's messages.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="stopping">Ends it.</param>
    public Session(WebSocket socket, CancellationToken stopping)
    {
        _socket = socket;
        _ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _reading = ReadAsync(_ending.Token);
    }

    /// <summary>The next message, or null when the client has gone.</summary>
    public async Task<string?> ReceiveAsync() =>
        await _messages.Reader.WaitToReadAsync() && _messages.Reader.TryRead(out var text) ? text : null;

    /// <summary>Sends a message; a client that has gone misses it.</summary>
    public Task SendAsync(JsonObject message, CancellationToken cancellationToken) => _socket.SendAsync(message, cancellationToken);

    /// <summary>Ends when the client has gone, and discards what it says until then.</summary>
    public async Task WaitUntilClosedAsync(CancellationToken cancellationToken)
    {
        while (await _messages.Reader.WaitToReadAsync(cancellationToken))
        {
            _messages.Reader.TryRead(out _);
        }
    }

    /// <summary>Closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
        }

        await _ending.CancelAsync();
        await _reading;
        _ending.Dispose();
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[WebSocketExtensions.MaxMessageLength];
        try
        {
            while (await _socket.ReceiveTextAsync(buffer, cancellationToken) is { } text)
            {
                await _messages.Writer.WriteAsync(text, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
        }

        _messages.Writer.Complete();
    }
}
