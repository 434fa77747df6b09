using System.Globalization;
using Garnet;

namespace Superhero.Silo.Demo;

/// <summary>A Redis within this process, on loopback: Garnet.</summary>
public sealed class EmbeddedRedis : IDisposable
{
    private readonly GarnetServer _server;

    /// <summary>Starts it on a port, which must be free.</summary>
    public EmbeddedRedis(int port)
    {
        // Scripts run as transactions, as in Redis: claims and joins rely on it.
        _server = new GarnetServer(
            [
                "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1",
                "--lua", "--lua-transaction-mode", "--memory", "256m", "--index", "16m", "--logger-level", "Error",
            ]);
        _server.Start();
    }

    /// <inheritdoc />
    public void Dispose() => _server.Dispose();
}
