@{
    'one-get' = @{ Order = 1; Runs = 9 }
    'list' = @{ Order = 2; Runs = 7 }
}
