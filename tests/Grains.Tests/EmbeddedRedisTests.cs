using StackExchange.Redis;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Ledger;
using Superhero.Testing;

namespace Superhero.Grains.Tests;

/// <summary>The embedded Redis does for the grains what a redis-server does, and takes no process of its own.</summary>
public sealed class EmbeddedRedisTests : IAsyncLifetime
{
    private readonly TemporaryFolder _output = new();
    private readonly TemporaryFolder _archive = new();
    private OwnEmbeddedRedis _redis = null!;

    private IDatabase Database => _redis.Database;

    public async ValueTask InitializeAsync() => _redis = await OwnEmbeddedRedis.StartAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        _output.Dispose();
        _archive.Dispose();
    }

    [Fact]
    public async Task Many_calls_at_once_from_everywhere_are_one_load()
    {
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path, silos: 3);
        await GrainAssertions.ManyCallsAreOneLoadAsync(cluster, new MadeGame(Database), Database, _output.Path);

        var unknown = Guid.NewGuid();
        Assert.Equal(GameOutcome.Unknown, await cluster.FinishAsync(unknown));
        Assert.False(await Database.KeyExistsAsync(RecordKey.Of(unknown)));
    }

    [Fact]
    public async Task All_keys_are_kept_as_Redis_had_them()
    {
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path, archive: _archive.Path);
        var game = await new MadeGame(Database).PutAsync();
        await cluster.FinishAsync(game.Token);
        await GrainAssertions.IsKeptAsync(game, _archive.Path);
    }
}
