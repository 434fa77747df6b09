using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Superhero.Grains;
using Superhero.Grains.Extract;
using Superhero.Silo.Subscriber;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Subscriber;

public partial class ParserFuzzTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly Recording Ordinary = Recording.Read("ordinary");

    [Fact]
    public void Valid_message_is_read_with_any_tokens_extra_fields_and_layout()
    {
        var announcements =
            from game in ArbMap.Default.GeneratorFor<Guid>()
            from user in ArbMap.Default.GeneratorFor<NonEmptyString>()
            from level in ArbMap.Default.GeneratorFor<string?>()
            from extra in ArbMap.Default.GeneratorFor<Dictionary<string, int>>()
            from indented in ArbMap.Default.GeneratorFor<bool>()
            from twice in ArbMap.Default.GeneratorFor<bool>()
            select (game, user: user.Get, level, extra, indented, twice);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(10_000),
            Prop.ForAll(announcements.ToArbitrary(), made =>
            {
                var message = JsonSerializer.Serialize(
                    new
                    {
                        made.level,
                        made.extra,
                        task = new { made.extra, user_token = made.user, game_token = made.game },
                        log_message = "Cleaning Game Records",
                    },
                    made.indented ? Indented : JsonSerializerOptions.Default);
                message = made.twice ? JsonSerializer.Serialize(message) : message;
                var read = GameFinishedMessageParser.TryParse(Encoding.UTF8.GetBytes(message), out var announcement);
                var wellFormed = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(made.user));
                return read ? announcement == new GameFinishedMessage(made.game, wellFormed) : wellFormed.Length > 128 || message.Length > 16 * 1024;
            }));
    }

    [Fact]
    public void Mutated_message_is_ignored_or_read_with_tokens_that_it_contains()
    {
        var mutator = new Mutator(1);
        var messages = Ordinary.Messages.Select(message => message.Data).Where(data => data.Contains("Cleaning", StringComparison.Ordinal)).ToList();
        var read = 0;
        for (var i = 0; i < 50_000; i++)
        {
            var message = mutator.Mutate(messages[i % messages.Count]);
            if (GameFinishedMessageParser.TryParse(message, out var announcement))
            {
                read++;
                Assert.Contains($"{announcement.Game}", Encoding.UTF8.GetString(message), StringComparison.Ordinal);
                Assert.InRange(announcement.User.Length, 1, 128);
            }
        }

        // Most mutations make a message invalid, and some leave it valid.
        Assert.InRange(read, 300, 47_000);
    }

    [Fact]
    public void Mutated_log_line_is_refused_or_read_as_an_attack()
    {
        var mutator = new Mutator(2);
        var lines = Ordinary.Games.Where(game => game.Completed).SelectMany(game => game.Log.Select(line => (game.Token, line))).Take(1000).ToList();
        var (read, refused) = (0, 0);
        for (var i = 0; i < 50_000; i++)
        {
            var (token, line) = lines[i % lines.Count];
            try
            {
                AttackLog.Parse(mutator.Mutate(line), Guid.Parse(token));
                read++;
            }
            catch (UnprocessableGameException exception)
            {
                Assert.Matches(Reason(), exception.Message);
                refused++;
            }
        }

        Assert.InRange(read, 300, 49_700);
        Assert.InRange(refused, 300, 49_700);
    }

    [Fact]
    public void Random_bytes_are_ignored_without_an_exception() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(10_000),
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
            !GameFinishedMessageParser.TryParse(bytes, out _)
            && !GameFinishedMessageParser.TryParse((byte[])[.. bytes, .. "Cleaning Game Records"u8, .. bytes], out _)));

    [GeneratedRegex("^(a log line|an attack|a number in a log line) ")]
    private static partial Regex Reason();
}
