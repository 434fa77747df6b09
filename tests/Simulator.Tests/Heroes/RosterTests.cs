using System.Text.Json.Nodes;
using Superhero.Redis;
using Superhero.Simulator.Heroes;
using Superhero.Testing;

namespace Superhero.Simulator.Tests.Heroes;

public class RosterTests
{
    private const string Hero =
        """[{"response": "success", "id": "7", "name": "Someone", "powerstats": {"intelligence": "38", "strength": "100", "speed": "17", "durability": "80", "power": "null", "combat": "0"}}]""";

    [Fact]
    public void Health_and_attack_are_products_of_the_powerstats_with_null_and_0_as_1()
    {
        var (id, hero) = Assert.Single(Roster.Parse(Hero).Heroes);
        Assert.Equal("7", id);
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""{"name": "Someone", "powerstats": {"intelligence": 38, "strength": 100, "speed": 17, "durability": 80, "power": 1, "combat": 1, "health": 3040000, "attack": 17}}"""),
            hero));
    }

    [Fact]
    public void Own_roster_has_at_least_60_heroes_with_consecutive_ids_and_unique_names()
    {
        var heroes = Roster.Own().Heroes;
        Assert.True(heroes.Count >= 60);
        Assert.Equal(Enumerable.Range(1, heroes.Count).Select(id => $"{id}"), heroes.Keys);
        Assert.Equal(heroes.Count, heroes.Values.Select(hero => (string?)hero["name"]).Distinct().Count());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("not JSON")]
    [InlineData("[7]")]
    [InlineData("[null]")]
    [InlineData("""[{"id": "1"}]""")]
    [InlineData("""[{"id": "1", "powerstats": {"power": "strong"}}]""")]
    public void JSON_that_is_no_roster_is_rejected(string json) => Assert.Throws<RosterException>(() => Roster.Parse(json));

    [Fact]
    [Trait("Category", "Integration")]
    public async Task Storing_a_roster_replaces_the_heroes_and_flushes_the_database_only_on_request()
    {
        await using var redis = await RealRedis.StartAsync();
        var database = redis.Connection.GetDatabase();
        await database.StringSetAsync("other", "x");
        await Roster.Own().StoreAsync(redis.Connection);
        await Roster.Parse(Hero).StoreAsync(redis.Connection);
        Assert.Equal("7", Assert.Single(await database.HashKeysAsync(GameKeys.Superheros)).ToString());
        Assert.True(await database.KeyExistsAsync("other"));
        await Roster.Parse(Hero).StoreAsync(redis.Connection, flush: true);
        Assert.False(await database.KeyExistsAsync("other"));
    }
}
