using Superhero.Silo.Commands;

return await SiloCommandLine.RunAsync(args);
