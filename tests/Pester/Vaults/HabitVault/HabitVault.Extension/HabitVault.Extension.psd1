@{
    RootModule        = 'HabitVault.Extension.psm1'
    ModuleVersion     = '1.0.0'
    GUID              = '0d4b7e92-1c6a-4f38-b5e1-7a92c0d8f653'
    Author            = 'The NotionAuth contributors'
    PowerShellVersion = '5.1'
    FunctionsToExport = @('Get-Secret', 'Get-SecretInfo', 'Set-Secret', 'Set-SecretInfo', 'Remove-Secret',
        'Test-SecretVault')
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
}
