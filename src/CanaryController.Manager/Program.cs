return await CanaryController.Manager.Hosting.CommandLine.RunAsync(args, Console.Out, Console.Error);
