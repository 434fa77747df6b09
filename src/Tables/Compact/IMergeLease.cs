namespace Superhero.Tables.Compact;

/// <summary>The right to merge an output, which one alone has at a time. Who has lost it without knowing, such as a process that stood
/// still, may go on for a moment. So each merge is put on record before its first part is written, and whoever has the right next
/// ends it first: what the other one still writes are then the same bytes under the same names.</summary>
public interface IMergeLease
{
    /// <summary>The merge that was put on record and has not ended.</summary>
    /// <exception cref="IOException">The right is lost, or where it is kept can't be reached.</exception>
    Task<MergePlan?> GetUnfinishedAsync();

    /// <summary>Puts a merge on record.</summary>
    /// <exception cref="IOException">The right is lost, or where it is kept can't be reached: nothing may be written.</exception>
    Task BeginAsync(MergePlan merge);

    /// <summary>Takes a merge off record, whose games are merged by now.</summary>
    /// <exception cref="IOException">The right is lost, or where it is kept can't be reached.</exception>
    Task EndAsync(MergePlan merge);
}

/// <summary>Where nobody else could merge, as nobody else can reach the output or a lock keeps them off.</summary>
public sealed class NoMergeLease : IMergeLease
{
    /// <inheritdoc />
    public Task<MergePlan?> GetUnfinishedAsync() => Task.FromResult<MergePlan?>(null);

    /// <inheritdoc />
    public Task BeginAsync(MergePlan merge) => Task.CompletedTask;

    /// <inheritdoc />
    public Task EndAsync(MergePlan merge) => Task.CompletedTask;
}
