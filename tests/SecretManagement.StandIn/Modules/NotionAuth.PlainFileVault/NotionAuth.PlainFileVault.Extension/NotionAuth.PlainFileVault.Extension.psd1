@{
    RootModule        = 'NotionAuth.PlainFileVault.Extension.psm1'
    ModuleVersion     = '1.0.0'
    GUID              = '0c6bb4f0-2d55-4b3e-8a0c-52e9d4a0b6c7'
    Author            = 'The NotionAuth contributors'
    PowerShellVersion = '5.1'
    FunctionsToExport = @('Get-Secret', 'Get-SecretInfo', 'Set-Secret', 'Set-SecretInfo', 'Remove-Secret',
        'Test-SecretVault')
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
}
