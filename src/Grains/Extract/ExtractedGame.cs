using Superhero.Tables.Rows;

namespace Superhero.Grains.Extract;

/// <summary>A finished game, as it was read.</summary>
/// <param name="Token">The game's token.</param>
/// <param name="Wanted">How many participants it wanted, as written; null where that is not known.</param>
/// <param name="Fighters">Those in it, and those whom only its log names.</param>
/// <param name="HeroIds">user_token to the id of the participant's hero, as written.</param>
/// <param name="Attacks">How many lines its log has.</param>
/// <param name="FirstAttack">When its first attack was; null where its log does not say.</param>
/// <param name="LastAttack">When its last attack was; null where its log does not say.</param>
public sealed record ExtractedGame(
    Guid Token,
    string? Wanted,
    IReadOnlyList<Fighter> Fighters,
    IReadOnlyDictionary<string, string> HeroIds,
    int Attacks,
    DateTimeOffset? FirstAttack = null,
    DateTimeOffset? LastAttack = null)
{
    /// <summary>The user_tokens of those in it.</summary>
    public IEnumerable<string> Users => Fighters.Select(fighter => fighter.User);

    /// <summary>Where and when it comes from, under a claim; a game whose log has no times was when it was claimed.</summary>
    /// <param name="silo">The host name of the silo that claimed it.</param>
    /// <param name="claimedAt">When that was, in UTC.</param>
    public GameOrigin OriginUnder(string silo, DateTimeOffset claimedAt) =>
        new(silo, FirstAttack ?? LastAttack ?? claimedAt, LastAttack ?? FirstAttack ?? claimedAt, claimedAt);
}
