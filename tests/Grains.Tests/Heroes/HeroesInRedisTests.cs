using StackExchange.Redis;
using Superhero.Grains.Heroes;
using Superhero.Tables.Heroes;

namespace Superhero.Grains.Tests.Heroes;

public class HeroesInRedisTests
{
    [Fact]
    public void Hero_is_read_from_its_entry() => Assert.Equal(
        [new Hero(7, "Amber Lantern", 32760, 1434720)],
        Parse(("7", """{"name": "Amber Lantern", "powerstats": {"speed": 65, "health": 1434720, "attack": 32760}, "biography": {"name": "other"}}""")).Heroes);

    [Theory]
    [InlineData("5", 5)]
    [InlineData("\"5\"", 5)]
    [InlineData("\" 5 \"", 5)]
    [InlineData("5.0", 5)]
    [InlineData("5e2", 500)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("null", 0)]
    [InlineData("\"null\"", 0)]
    public void Number_of_a_hero_is_read_in_any_spelling(string written, long number) => Assert.Equal(
        [new Hero(1, "A", number, number)], Parse(("1", $$$"""{"name": "A", "powerstats": {"attack": {{{written}}}, "health": {{{written}}}}}""")).Heroes);

    [Theory]
    [InlineData("{}", "")]
    [InlineData("""{"name": null, "powerstats": null}""", "")]
    [InlineData("""{"name": 5, "powerstats": "strong"}""", "")]
    [InlineData("""{"id": 9, "name": "Storm", "powerstats": []}""", "Storm")]
    public void Missing_name_is_empty_and_missing_number_is_0(string json, string name) =>
        Assert.Equal([new Hero(1, name, 0, 0)], Parse(("1", json)).Heroes);

    [Theory]
    [InlineData("1", "")]
    [InlineData("1", "no JSON")]
    [InlineData("1", "[]")]
    [InlineData("1", "\"{}\"")]
    [InlineData("1", "{\"name\": \"\\ud800\"}")]
    [InlineData("1", "{\"\\ud800\": 1, \"powerstats\": {\"attack\": \"\\udc00\"}}")]
    [InlineData("1", """{"powerstats": {"attack": -1}}""")]
    [InlineData("1", """{"powerstats": {"attack": 1.5}}""")]
    [InlineData("1", """{"powerstats": {"attack": true}}""")]
    [InlineData("1", """{"powerstats": {"attack": "strong"}}""")]
    [InlineData("1", """{"powerstats": {"health": 9223372036854775808}}""")]
    [InlineData("1", """{"powerstats": {"health": 1e400}}""")]
    [InlineData("", "{}")]
    [InlineData("-1", "{}")]
    [InlineData("01", "{}")]
    [InlineData(" 1", "{}")]
    [InlineData("1.0", "{}")]
    [InlineData("65536", "{}")]
    [InlineData("Storm", "{}")]
    public void Entry_that_is_no_hero_is_left_out_and_counted(string id, string json)
    {
        var collection = Parse((id, json), ("65535", """{"name": "Last"}"""));
        Assert.Equal([new Hero(65535, "Last", 0, 0)], collection.Heroes);
        Assert.Equal(1, collection.Malformed);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_left_out_and_counted()
    {
        HashEntry[] entries = [new(new byte[] { 0xff }, "{}"), new("1", new byte[] { 0xff, 0xfe }), new("2", RedisValue.EmptyString), new("3", RedisValue.Null)];
        Assert.Equal((0, 4), (HeroesInRedis.Parse(entries).Heroes.Count, HeroesInRedis.Parse(entries).Malformed));
    }

    [Fact]
    public void Names_leave_out_heroes_without_one()
    {
        var names = Parse(("1", """{"name": "Storm"}"""), ("2", "{}")).Names;
        Assert.Equal(KeyValuePair.Create((ushort)1, "Storm"), Assert.Single(names));
    }

    private static HeroesInRedis Parse(params (string Id, string Json)[] entries) =>
        HeroesInRedis.Parse([.. entries.Select(entry => new HashEntry(entry.Id, entry.Json))]);
}
