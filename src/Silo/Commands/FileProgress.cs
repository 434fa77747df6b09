using Spectre.Console;

namespace Superhero.Silo.Commands;

/// <summary>Shows how far long work is, on a terminal; a pipe or a log is spared.</summary>
internal static class FileProgress
{
    /// <summary>Does the work.</summary>
    /// <param name="what">What it is.</param>
    /// <param name="work">The work, which says how many files are done and how many there are.</param>
    public static T Show<T>(string what, Func<Action<int, int>, T> work)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return Console.IsErrorRedirected
            ? work((_, _) => { })
            : console.Status().Start(what, status => work((done, all) => status.Status($"{what}: file {done:N0} of {all:N0}")));
    }
}
