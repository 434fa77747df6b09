using StackExchange.Redis;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Sweep;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Sweep;

/// <summary>Lists of lobbies stay cheap, however many entries without a game they hold.</summary>
[Trait("Category", "Integration")]
public sealed class OrphanedLobbiesTests : IAsyncLifetime
{
    private static readonly RedisKey List = GameKeys.Players("2");

    private readonly TemporaryFolder _output = new();
    private RealRedis _redis = null!;

    private IDatabase Database => _redis.Database;

    public async ValueTask InitializeAsync() => _redis = await RealRedis.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        _output.Dispose();
    }

    [Fact]
    public async Task Entries_without_a_game_are_removed_wherever_they_are_and_the_others_keep_their_order()
    {
        var open = await AddAsync(3000, isOpen: i => i % 3 == 0);
        await Database.ListRightPushAsync(List, "not a token");
        var lobbies = new OrphanedLobbies(_redis.Connection);
        lobbies.Add($"{List}");
        await lobbies.StepAsync();
        Assert.Equal(3001, await Database.ListLengthAsync(List));
        await lobbies.StepAsync();
        IEnumerable<string> expected = [.. open, "not a token"];
        Assert.Equal(expected, await EntriesAsync());
    }

    [Fact]
    public async Task Entry_whose_game_comes_into_the_index_between_two_steps_stays()
    {
        await AddAsync(10, isOpen: _ => false);
        var lobbies = new OrphanedLobbies(_redis.Connection);
        lobbies.Add($"{List}");
        await lobbies.StepAsync();
        var late = (await EntriesAsync())[4];
        await Database.SortedSetAddAsync(GameKeys.Games, late, 0);
        await lobbies.StepAsync();
        Assert.Equal(late, Assert.Single(await EntriesAsync()));
    }

    [Fact]
    public async Task Long_list_costs_a_bounded_number_of_commands_a_step()
    {
        var open = await AddAsync(45_000, isOpen: i => i % 1000 == 7);
        var lobbies = new OrphanedLobbies(_redis.Connection);
        lobbies.Add($"{List}");
        var steps = 0;
        while (await Database.ListLengthAsync(List) > open.Count)
        {
            var before = await _redis.CallsAsync("total");
            await lobbies.StepAsync();

            // At the most ten pages: each is read, looked up and turned; a lookup in a script counts as a call, too.
            Assert.InRange(await _redis.CallsAsync("total") - before, 1, 10_100);
            Assert.InRange(++steps, 1, 10);
        }

        Assert.Equal(open.Order(), (await EntriesAsync()).Order());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Game_that_ends_leaves_a_list_full_of_other_entries(bool isNewest)
    {
        var game = new MadeGame(Database);
        await AddAsync(isNewest ? 20_000 : 0, isOpen: _ => false);
        await game.PutAsync();
        await AddAsync(isNewest ? 0 : 20_000, isOpen: _ => false);
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path);
        Assert.Equal(GameOutcome.Loaded, await cluster.FinishAsync(game.Token));
        Assert.DoesNotContain(game.Keys.Token, await EntriesAsync());
        Assert.Equal(20_000, await Database.ListLengthAsync(List));
    }

    [Fact]
    public async Task Game_in_the_middle_of_a_long_list_is_left_to_the_sweep()
    {
        var game = new MadeGame(Database);
        await AddAsync(5000, isOpen: _ => false);
        await game.PutAsync();
        await AddAsync(5000, isOpen: _ => false);
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path);
        Assert.Equal(GameOutcome.Loaded, await cluster.FinishAsync(game.Token));
        Assert.Contains(game.Keys.Token, await EntriesAsync());
        await cluster.SweepAsync();
        await Eventually.HoldsAsync(async () => !await Database.KeyExistsAsync(List), () => "the list to be empty");
    }

    private async Task<List<string>> AddAsync(int count, Func<int, bool> isOpen)
    {
        RedisValue[] tokens = [.. Enumerable.Range(0, count).Select(_ => (RedisValue)$"{Guid.NewGuid()}")];
        var open = tokens.Where((_, i) => isOpen(i)).ToArray();
        await Database.ListRightPushAsync(List, tokens);
        await Database.SortedSetAddAsync(GameKeys.Games, [.. open.Select(token => new SortedSetEntry(token, 1))]);
        return [.. open.Select(token => $"{token}")];
    }

    private async Task<string[]> EntriesAsync() => Array.ConvertAll(await Database.ListRangeAsync(List), entry => $"{entry}");
}
