using Spectre.Console;

namespace Superhero.Silo.Commands;

/// <summary>Shows how far long work is, on a terminal; a pipe or a log is spared.</summary>
internal static class Progress
{
    /// <summary>Does the work.</summary>
    /// <param name="context">The surroundings.</param>
    /// <param name="what">What it is.</param>
    /// <param name="work">The work, which says how far it is.</param>
    public static async Task<T> ShowAsync<T>(CommandContext context, string what, Func<Action<string>, Task<T>> work)
    {
        var console = context.ErrorConsole;
        return !console.Profile.Out.IsTerminal
            ? await work(_ => { })
            : await console.Status().StartAsync(what, status => work(how => status.Status($"{what}: {how}")));
    }
}
