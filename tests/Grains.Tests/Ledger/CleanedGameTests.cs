using StackExchange.Redis;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Ledger;
using Superhero.Grains.Quarantine;
using Superhero.Grains.Statistics;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Ledger;

/// <summary>What comes after a game was loaded and cleaned is neither a new game nor there to stay; a game that is there is never removed.</summary>
[Trait("Category", "Integration")]
public sealed class CleanedGameTests : IAsyncLifetime
{
    private readonly TemporaryFolder _output = new();
    private RealRedis _redis = null!;
    private MadeGame _game = null!;

    private IDatabase Database => _redis.Database;

    public async ValueTask InitializeAsync()
    {
        _redis = await RealRedis.StartAsync();
        _game = await new MadeGame(_redis.Database).PutAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        _output.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Game_whose_record_is_gone_while_its_keys_expire_is_not_a_new_one(bool statusIsSetAgain)
    {
        await using var cluster = await LoadAsync(TimeSpan.FromMinutes(5));
        await Database.KeyDeleteAsync(RecordKey.Of(_game.Token));
        if (statusIsSetAgain)
        {
            await Database.StringSetAsync(_game.Keys.Status, GameStatus.Completed);
        }

        Assert.Equal(GameOutcome.Loaded, await AskAnewAsync());
        Assert.Equal(GameOutcome.Loaded, await AskAnewAsync(leavingUser: null));
        Assert.Empty(await Database.HashKeysAsync(QuarantineStore.Key));
        Assert.False(await Database.KeyExistsAsync(RecordKey.Of(_game.Token)));
        Assert.Equal(1, await Database.HashGetAsync(StatisticsKeys.Totals, "loaded"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Log_line_that_comes_after_the_cleaning_is_removed_by_the_sweep(bool recordIsThere)
    {
        await using var cluster = await LoadAsync(TimeSpan.Zero);
        if (!recordIsThere)
        {
            await Database.KeyDeleteAsync(RecordKey.Of(_game.Token));
        }

        await Database.ListRightPushAsync(_game.Keys.Logs, _game.Line);
        await cluster.SweepAsync();
        await Eventually.HoldsAsync(async () => !await Database.KeyExistsAsync(_game.Keys.Logs), () => "the late line to be removed");
        Assert.Empty(await Database.HashKeysAsync(QuarantineStore.Key));
        Assert.NotEqual(-1, (long)await Database.ExecuteAsync("TTL", RecordKey.Of(_game.Token)));
    }

    [Fact]
    public async Task Log_line_of_a_game_that_nobody_loaded_is_kept()
    {
        await using var cluster = await LoadAsync(TimeSpan.Zero);
        var other = new MadeGame(Database);
        await Database.ListRightPushAsync(other.Keys.Logs, other.Line);
        await cluster.SweepAsync();
        await Eventually.HoldsAsync(async () => await Database.HashExistsAsync(QuarantineStore.Key, other.Keys.Token), () => "the quarantine");
        Assert.Equal(1, await Database.ListLengthAsync(other.Keys.Logs));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Game_that_has_the_token_of_a_cleaned_one_keeps_its_keys(bool recordIsThere)
    {
        await using var cluster = await LoadAsync(TimeSpan.Zero);
        if (!recordIsThere)
        {
            await Database.KeyDeleteAsync(RecordKey.Of(_game.Token));
        }

        await _game.PutAsync();
        await Database.ListRightPushAsync(_game.Keys.Logs, _game.Line);
        Assert.Equal(recordIsThere ? GameOutcome.Loaded : GameOutcome.Quarantined, await AskAnewAsync());
        Assert.True(await _game.IsUntouchedAsync());
    }

    private async Task<GrainCluster> LoadAsync(TimeSpan expiry)
    {
        var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path, expiry: expiry);
        Assert.Equal(GameOutcome.Loaded, await cluster.FinishAsync(_game.Token));
        return cluster;
    }

    // A grain remembers that its game is loaded, and the grains of another cluster do not.
    private async Task<GameOutcome> AskAnewAsync(string? leavingUser = MadeGame.User)
    {
        await using var other = await GrainCluster.StartAsync(_redis.Options, _output.Path);
        return await other.FinishAsync(_game.Token, leavingUser);
    }
}
