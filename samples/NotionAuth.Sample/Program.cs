System.Console.WriteLine("Sample");
