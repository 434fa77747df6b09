using System.CommandLine;
using Superhero.Grains.Interfaces;

namespace Superhero.Silo.Commands;

/// <summary>TOKEN: a game_token on the command line.</summary>
internal static class TokenArgument
{
    public static Argument<Guid?> Create() => new("TOKEN")
    {
        Description = "The game's token.",
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result =>
        {
            if (!GameToken.TryParse(result.Tokens[0].Value, out var token))
            {
                result.AddError($"'{result.Tokens[0].Value}' is not a game_token; give a UUID in lower case.");
            }

            return token;
        },
    };

    /// <summary>The same, where --all may stand in its place.</summary>
    /// <param name="command">The command, which gets both.</param>
    /// <param name="everything">What --all means.</param>
    public static (Argument<Guid?> Token, Option<bool> All) AddOneOrAll(this Command command, string everything)
    {
        var (token, all) = (Create(), new Option<bool>("--all") { Description = everything });
        token.Arity = ArgumentArity.ZeroOrOne;
        command.Arguments.Add(token);
        command.Options.Add(all);
        command.Validators.Add(result =>
        {
            if (result.GetValue(all) == (result.GetResult(token) is { Tokens.Count: > 0 }))
            {
                result.AddError("Name a game_token, or --all.");
            }
        });
        return (token, all);
    }
}
