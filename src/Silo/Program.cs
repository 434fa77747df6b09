using Superhero.Silo.Commands;

return await SiloCommandLine.Run(args);
