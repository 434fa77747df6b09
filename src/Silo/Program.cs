using Superhero.Silo.Commands;
using Superhero.Silo.Hosting;

return await SiloCommandLine.RunAsync(args, (silo, settings) => silo.AddSilo(settings));
