namespace Superhero.Chaos;

/// <summary>A way to break things.</summary>
public enum Fault
{
    /// <summary>A silo is killed with SIGKILL, and another one started.</summary>
    Kill,

    /// <summary>A silo is stopped with SIGSTOP until the others have declared it dead, and then let go on.</summary>
    Pause,

    /// <summary>The Redis that takes writes is killed with SIGKILL and started again, with what it had on its disk; its replica may
    /// have taken over meanwhile.</summary>
    RestartRedis,

    /// <summary>Sentinels let the replica take over.</summary>
    FailOver,

    /// <summary>The disk of the tables hangs for 20 s.</summary>
    HangDisk,

    /// <summary>Redis drops the connections of all subscribers.</summary>
    DropSubscribers,

    /// <summary>A new silo is started, and one told to stop.</summary>
    Replace,
}
