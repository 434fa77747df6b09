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
    public void An_announcement_in_any_dress_is_read()
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
            Config.QuickThrowOnFailure.WithMaxTest(50_000),
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
    public void A_spoilt_message_is_read_as_a_game_token_and_a_user_or_not_at_all()
    {
        var mutator = new Mutator(1);
        var messages = Ordinary.Messages.Select(message => message.Data).Where(data => data.Contains("Cleaning", StringComparison.Ordinal)).ToList();
        var read = 0;
        for (var i = 0; i < 150_000; i++)
        {
            var message = mutator.Mutate(messages[i % messages.Count]);
            if (GameFinishedMessageParser.TryParse(message, out var announcement))
            {
                read++;
                Assert.Contains($"{announcement.Game}", Encoding.UTF8.GetString(message), StringComparison.Ordinal);
                Assert.InRange(announcement.User.Length, 1, 128);
            }
        }

        // Both ends are met: most are spoilt beyond reading, some are still whole where it matters.
        Assert.InRange(read, 1_000, 140_000);
    }

    [Fact]
    public void A_spoilt_line_of_a_log_is_an_attack_or_refused()
    {
        var mutator = new Mutator(2);
        var lines = Ordinary.Games.Where(game => game.Completed).SelectMany(game => game.Log.Select(line => (game.Token, line))).Take(1000).ToList();
        var (read, refused) = (0, 0);
        for (var i = 0; i < 150_000; i++)
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

        Assert.InRange(read, 1_000, 149_000);
        Assert.InRange(refused, 1_000, 149_000);
    }

    [Fact]
    public void Anything_at_all_is_passed_over_without_an_exception() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(50_000),
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
            !GameFinishedMessageParser.TryParse(bytes, out _)
            && !GameFinishedMessageParser.TryParse((byte[])[.. bytes, .. "Cleaning Game Records"u8, .. bytes], out _)));

    [GeneratedRegex("^(a log line|an attack|a number in a log line) ")]
    private static partial Regex Reason();
}
