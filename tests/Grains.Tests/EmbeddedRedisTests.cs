using StackExchange.Redis;
using Superhero.Demo;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Ledger;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Grains.Tests;

/// <summary>The embedded Redis does for the grains what a redis-server does, and takes no process of its own.</summary>
public sealed class EmbeddedRedisTests : IAsyncLifetime
{
    private readonly TemporaryFolder _output = new();
    private readonly TemporaryFolder _archive = new();
    private readonly RedisOptions _options = new() { Host = "127.0.0.1", Port = Ports.Free() };
    private readonly EmbeddedRedis _redis;
    private IConnectionMultiplexer _connection = null!;

    public EmbeddedRedisTests() => _redis = new EmbeddedRedis(_options.Port);

    private IDatabase Database => _connection.GetDatabase();

    public async ValueTask InitializeAsync() =>
        _connection = await RedisConnector.ConnectAsync(_options, (_, _) => { }, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        _redis.Dispose();
        _output.Dispose();
        _archive.Dispose();
    }

    [Fact]
    public async Task Many_calls_at_once_from_everywhere_are_one_load()
    {
        await using var cluster = await GrainCluster.StartAsync(_options, _output.Path, silos: 3);
        await GrainAssertions.ManyCallsAreOneLoadAsync(cluster, new MadeGame(Database), Database, _output.Path);

        var unknown = Guid.NewGuid();
        Assert.Equal(GameOutcome.Unknown, await cluster.FinishAsync(unknown));
        Assert.False(await Database.KeyExistsAsync(RecordKey.Of(unknown)));
    }

    [Fact]
    public async Task All_keys_are_kept_as_Redis_had_them()
    {
        await using var cluster = await GrainCluster.StartAsync(_options, _output.Path, archive: _archive.Path);
        var game = await new MadeGame(Database).PutAsync();
        await cluster.FinishAsync(game.Token);
        await GrainAssertions.IsKeptAsync(game, _archive.Path);
    }
}
