using Superhero.Tables.Files;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Games;

/// <summary>What a game's own files hold, or a part of release 0.2.0.</summary>
/// <param name="Game">The game.</param>
/// <param name="Meta">Its rows of GAME_META; null where it has no such file, or it can't be read.</param>
/// <param name="Podium">Its rows of GAME_PODIUM; likewise.</param>
/// <param name="Times">When it was.</param>
/// <param name="Problems">What is wrong with the files, a line each.</param>
public sealed record ReadGame(SingleGame Game, TableRows? Meta, TableRows? Podium, GameTimes Times, IReadOnlyList<string> Problems)
{
    /// <summary>Whether a file has left since it was listed: the game was compacted meanwhile.</summary>
    public bool IsGone { get; init; }

    /// <summary>Whether it was written by a later release, with columns that this one does not know.</summary>
    public bool HasOtherColumns { get; init; }

    /// <summary>Whether both files are there and can be read.</summary>
    public bool IsWhole => Meta is not null && Podium is not null;

    /// <summary>The game's token, as the tables have it.</summary>
    public string Token { get; } = Game.File.Token.ToString("D");

    /// <summary>The partition that it belongs to.</summary>
    public Partition Partition { get; init; } = Partition.Of(Times.EndedAt);

    /// <summary>Its rows in a table of compacted games, null where its file is missing; GAME_SESSION's follows from its podium.</summary>
    public TableRows? RowsIn(TableSchema table) =>
        table.Name == TableSchema.Meta.Name ? Meta
        : table.Name == TableSchema.Podium.Name ? Podium
        : Podium is null ? null
        : new TableRows(
            table,
            new[] { Token }, new[] { Times.StartedAt }, new[] { Times.EndedAt }, new[] { Podium.Count },
            new[] { Podium.Column<int>(3).Sum(rounds => (long)rounds) }, new[] { Game.File.Silo }, new[] { Times.ClaimedAt });
}

/// <summary>When a game was, as its files say; a time is not known where they were written by a release before 0.3.0.</summary>
/// <param name="StartedAt">Its first attack.</param>
/// <param name="EndedAt">Its last attack.</param>
/// <param name="ClaimedAt">When a silo first claimed it.</param>
public readonly record struct GameTimes(Time StartedAt, Time EndedAt, Time ClaimedAt)
{
    /// <summary>Whether a time is another one there.</summary>
    public bool Contradicts(GameTimes other) =>
        Contradicts(StartedAt, other.StartedAt) || Contradicts(EndedAt, other.EndedAt) || Contradicts(ClaimedAt, other.ClaimedAt);

    /// <summary>The same, with what is known there alone.</summary>
    public GameTimes Or(GameTimes other) => new(Or(StartedAt, other.StartedAt), Or(EndedAt, other.EndedAt), Or(ClaimedAt, other.ClaimedAt));

    private static bool Contradicts(Time one, Time other) => one.Microseconds is not null && other.Microseconds is not null && one != other;

    private static Time Or(Time one, Time other) => one.Microseconds is null ? other : one;
}
