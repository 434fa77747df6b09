using System.Globalization;
using Superhero.Grains.Extract;
using Superhero.Tables.Rows;

namespace Superhero.Grains.Transform;

/// <summary>Turns a finished game into its rows, without I/O.</summary>
public static class GameTransform
{
    /// <summary>Makes the rows. The same game always gives the same rows.</summary>
    /// <exception cref="UnprocessableGameException">They can't be made from what Redis holds.</exception>
    public static GameTables ToTables(ExtractedGame game)
    {
        if (game.Attacks == 0)
        {
            throw new UnprocessableGameException("the game is completed and its log is gone");
        }

        var podium = PodiumRanking.Rank(game.Fighters);
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
