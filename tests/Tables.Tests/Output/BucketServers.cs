using Superhero.Testing;

namespace Superhero.Tables.Tests.Output;

/// <summary>A server of each kind, which tests share by using different folders.</summary>
public sealed class BucketServers : IAsyncLifetime
{
    private readonly Dictionary<string, BucketServer> _servers = [];

    /// <summary>The server of a kind: s3 or az.</summary>
    public BucketServer this[string kind] => _servers[kind];

    public async ValueTask InitializeAsync()
    {
        foreach (var kind in (string[])["s3", "az"])
        {
            _servers.Add(kind, await BucketServer.StartAsync(kind));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers.Values)
        {
            await server.DisposeAsync();
        }
    }
}
