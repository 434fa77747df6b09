using System.Globalization;
using Superhero.Grains.Extract;

namespace Superhero.Grains.Transform;

/// <summary>The rows that a finished game becomes.</summary>
/// <param name="Token">The game's token.</param>
/// <param name="Meta">GAME_META, ordered by user_token.</param>
/// <param name="Podium">GAME_PODIUM, ordered by rank and then by user_token.</param>
public sealed record GameTables(Guid Token, IReadOnlyList<MetaRow> Meta, IReadOnlyList<PodiumRow> Podium)
{
    /// <summary>Makes the rows. The same game always gives the same rows.</summary>
    /// <exception cref="UnprocessableGameException">They can't be made from what Redis holds.</exception>
    public static GameTables From(ExtractedGame game)
    {
        if (game.Attacks.Count == 0)
        {
            throw new UnprocessableGameException("the game is completed and its log is gone");
        }

        var podium = Transform.Podium.Rank(game.Participants, game.Attacks);
        var meta = podium
            .OrderBy(row => row.User, StringComparer.Ordinal)
            .Select(row => new MetaRow(row.User, HeroId(game, row.User)));
        return new GameTables(game.Token, [.. meta], podium);
    }

    private static ushort HeroId(ExtractedGame game, string user)
    {
        if (!game.HeroIds.TryGetValue(user, out var text))
        {
            throw new UnprocessableGameException($"participant {user} has no hero");
        }

        return ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : throw new UnprocessableGameException($"superhero_id '{text}' of participant {user} is out of its column's range");
    }
}
