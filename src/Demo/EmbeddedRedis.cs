using System.Net;
using Garnet;
using Garnet.server;

namespace Superhero.Demo;

/// <summary>A Redis within this process, on loopback: Garnet.</summary>
public sealed class EmbeddedRedis : IDisposable
{
    private readonly GarnetServer _server;

    /// <summary>Starts it on a port, which must be free.</summary>
    public EmbeddedRedis(int port)
    {
        _server = new GarnetServer(new GarnetServerOptions
        {
            EndPoints = [new IPEndPoint(IPAddress.Loopback, port)],
            EnableLua = true,
            LuaOptions = new LuaOptions(),
            // Scripts run as transactions, as in Redis: claims and joins rely on it.
            LuaTransactionMode = true,
            QuietMode = true,
        });
        _server.Start();
    }

    /// <inheritdoc />
    public void Dispose() => _server.Dispose();
}
