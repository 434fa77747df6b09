using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Superhero.DoomedSilo;
using Superhero.Settings;
using Superhero.Silo;
using Superhero.Silo.Hosting;
using Superhero.Testing;

var doom = Doom.From(EnvironmentSettings.FromEnvironment());
var reached = 0;
using var hook = new LogHook((step, _) =>
{
    if (step == doom.Step && Interlocked.Increment(ref reached) == doom.Occurrence)
    {
        Process.GetCurrentProcess().Kill();
        Thread.Sleep(Timeout.Infinite);
    }
});
return await SiloProgram.Run(
    SiloOptions.From(EnvironmentSettings.FromEnvironment()),
    untilInputCloses: true,
    CancellationToken.None,
    builder => builder.Logging.AddProvider(hook).AddFilter<LogHook>("Superhero", LogLevel.Debug));
